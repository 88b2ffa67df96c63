import type { Act } from '../model';
import { type RuleChange, ruleDifference, type ShownRule } from '../rule-difference';
import type { Texts } from '../texts';
import type { CardOptions } from './group-card';
import { html, type Markup, NOTHING } from './html';

/** Fields of a rule in the order of the columns. */
const FIELDS = [
  'direction',
  'policy',
  'priority',
  'protocol',
  'ports',
  'peer',
  'description',
  'id',
] as const;

const SIGNS = { added: '+', changed: '±', removed: '−' } as const;

/** The rules before and after, changed ones with a sign and both their values. */
export function rulesTable(
  { before, after }: Act,
  isMade: boolean,
  { texts, withUnchanged }: CardOptions,
): Markup {
  if (!isMade) return html`<p class="muted">${texts.rulesUntouched}</p>`;
  if (!before || !after) return html`<p class="muted">${texts.rulesUnknown}</p>`;
  const changes = ruleDifference(before, after);
  const of = (kind: RuleChange['kind']) => changes.filter((change) => change.kind === kind);
  const same = of('same');
  const [added, changed, removed] = [of('added'), of('changed'), of('removed')];
  const unchanged =
    same.length === 0
      ? NOTHING
      : withUnchanged
        ? html`<details><summary>${texts.unchangedRules(same.length)}</summary>${rows(same, texts)}</details>`
        : html`<p class="muted">${texts.unchangedLeftOut(same.length)}</p>`;
  return html`<h5>${texts.rules}</h5><p class="muted">${texts.rulesCaption(added.length, changed.length, removed.length, same.length)}</p>
${rows([...removed, ...changed, ...added], texts)}${unchanged}`;
}

function rows(changes: readonly RuleChange[], texts: Texts): Markup {
  if (changes.length === 0) return NOTHING;
  return html`<div class="scroll" role="region" aria-label="${texts.rules}" tabindex="0"><table class="rules"><thead><tr><th scope="col"><span class="aside">${texts.rule.change}</span></th>${FIELDS.map((field) => html`<th scope="col">${texts.rule[field]}</th>`)}</tr></thead><tbody>
${changes.map((change) => row(change, texts))}</tbody></table></div>`;
}

function row(change: RuleChange, texts: Texts): Markup {
  const { kind, rule } = change;
  const cells = FIELDS.map((field) => {
    const value = words(rule, field, texts);
    const old = kind === 'changed' ? words(change.from, field, texts) : value;
    return old === value
      ? html`<td>${value}</td>`
      : html`<td>${old === '' ? NOTHING : html`<del>${old}</del> `}<ins>${value}</ins></td>`;
  });
  if (kind === 'same')
    return html`<tr><td></td>${cells}</tr>
`;
  return html`<tr class="${kind}"><td title="${texts.marks[kind]}"><b aria-hidden="true">${SIGNS[kind]}</b><span class="aside">${texts.marks[kind]}</span></td>${cells}</tr>
`;
}

function words(rule: ShownRule, field: (typeof FIELDS)[number], texts: Texts): string {
  return field === 'direction' ? texts.directions[rule.direction] : rule[field];
}
