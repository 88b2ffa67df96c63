import type { GroupName, ReportedRun } from '../model';
import { type Severity, VERDICTS, type Verdict } from '../run-record';
import type { Texts } from '../texts';
import { type Content, html, type Markup, NOTHING } from './html';

/** Names of verdicts for people, with a color and, for those who do not see it, a sign of its own. */
const SIGNS: Readonly<Record<Verdict, string>> = {
  compliant: '✓',
  exempt: '◷',
  violating: '✕',
  unrepairable: '▲',
  unknown: '?',
};

export function badge(verdict: Verdict, texts: Texts): Markup {
  return html`<span class="badge ${verdict}"><i aria-hidden="true">${SIGNS[verdict]}</i> ${texts.verdicts[verdict]}</span>`;
}

export function severityMark(severity: Severity, texts: Texts): Markup {
  return html`<span class="severity ${severity}">${texts.severities[severity]}</span>`;
}

/** A section that the contents can lead to. */
export function section(id: string, heading: string, content: Content): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-heading"><h2 id="${id}-heading">${heading}</h2>
${content}</section>
`;
}

/** A table that scrolls by itself where the page is too narrow. Headings of numbers begin with `#`. */
export function table(
  caption: string,
  headings: readonly string[],
  rows: readonly (readonly Content[])[],
  kind = 'plain-table',
): Markup {
  if (rows.length === 0) return NOTHING;
  const isNumber = headings.map((heading) => heading.startsWith('#'));
  const head = headings.map((heading, index) =>
    isNumber[index]
      ? html`<th scope="col" class="n">${heading.slice(1)}</th>`
      : html`<th scope="col">${heading}</th>`,
  );
  const body = rows.map(
    (cells) =>
      html`<tr>${cells.map((cell, index) => (isNumber[index] ? html`<td class="n">${cell}</td>` : html`<td>${cell}</td>`))}</tr>
`,
  );
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table class="${kind}"><thead><tr>${head}</tr></thead><tbody>
${body}</tbody></table></div>
`;
}

/** A table of counts by verdict: a first cell, any others, then one column for each verdict. */
export function verdictHeadings(texts: Texts): string[] {
  return VERDICTS.map((verdict) => `#${texts.verdicts[verdict]}`);
}

/** A count by verdict; nought is dimmed. */
export function countCell(groups: number, verdict: Verdict): Markup {
  return groups === 0
    ? html`<span class="nought">0</span>`
    : html`<b class="${verdict}">${groups}</b>`;
}

export function groupName({ securityGroupId }: GroupName): Markup {
  return html`<code>${securityGroupId}</code>`;
}

/** Who or what started a run. */
export function startedBy({ trigger }: Pick<ReportedRun, 'trigger'>, texts: Texts): Markup {
  const kind = Object.hasOwn(texts.triggers, trigger.kind)
    ? (texts.triggers[trigger.kind] ?? trigger.kind)
    : trigger.kind;
  return html`${kind}${trigger.by === undefined ? '' : texts.by(trigger.by)}`;
}
