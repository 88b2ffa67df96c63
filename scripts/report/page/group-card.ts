import { OWN_ACCOUNT } from '../../../shared/policy';
import { formatProtocol, placeName } from '../../../shared/security-group';
import type { Act, ReportedGroup } from '../model';
import { type RecordedFinding, SEVERITIES } from '../run-record';
import type { Texts } from '../texts';
import { callsTable } from './calls-table';
import { html, type Markup, NOTHING } from './html';
import { badge, severityMark } from './pieces';
import { rulesTable } from './rules-table';
import { longTime } from './words';

/** How groups are shown. */
export interface CardOptions {
  readonly texts: Texts;
  /** Whether rules that stayed as they were are shown beside those that changed. */
  readonly withUnchanged: boolean;
}

/** Findings of one policy that are shown before the rest is folded away. */
const SHOWN_FINDINGS = 3;

/** A group, folded: how it stands; unfolded: what was found, what was done, and what its rules are. */
export function groupCard(group: ReportedGroup, options: CardOptions): Markup {
  const { texts } = options;
  const { verdict, regionId, accountId, securityGroupId, name, findings, acts, lookedAt, runId } =
    group;
  const found = findings.length > 0 ? findings : acts.flatMap((act) => act.findingsBefore);
  const policies = [...new Set(found.map(({ policyId }) => policyId))];
  const severities = SEVERITIES.filter((severity) =>
    found.some((each) => each.severity === severity),
  );
  const [worst] = severities;
  const changes = acts.reduce((sum, act) => sum + act.changes, 0);
  return html`<details class="group" data-verdict="${verdict}" data-region="${regionId}" data-account="${accountId ?? OWN_ACCOUNT}" data-policy="${policies.join(' ')}" data-severity="${severities.join(' ')}">
<summary>${badge(verdict, texts)}<span class="who"><code>${securityGroupId}</code> <span>${name}</span></span><span class="muted">${placeName(group)}</span><span class="muted">${policies.join(', ')}</span>${worst && findings.length > 0 ? severityMark(worst, texts) : NOTHING}${changes > 0 ? html`<span class="delta">± ${changes}</span>` : NOTHING}</summary>
<div class="body">
<p class="muted">${texts.lookedAt(longTime(lookedAt), runId)}</p>
${findings.length > 0 ? findingsList(findings, texts) : html`<p>${verdict === 'compliant' ? texts.nowCompliant : acts.some((act) => act.isInterrupted) ? texts.noOutcome : texts.notTold}</p>`}
${acts.map((act) => actPart(act, options))}</div>
</details>
`;
}

function findingsList(findings: readonly RecordedFinding[], texts: Texts): Markup {
  const byPolicy = new Map<string, RecordedFinding[]>();
  for (const finding of findings) {
    byPolicy.set(finding.policyId, [...(byPolicy.get(finding.policyId) ?? []), finding]);
  }
  return html`${[...byPolicy.values()].map((own) => {
    const [first] = own;
    if (!first) return NOTHING;
    const items = own.map((finding) => findingItem(finding, texts));
    const rest = items.slice(SHOWN_FINDINGS);
    return html`<h4><code>${first.policyId}</code> ${severityMark(first.severity, texts)}${first.mode === 'observe' ? html` <span class="muted">${texts.observedOnly}</span>` : NOTHING}</h4>
<ul class="findings">${items.slice(0, SHOWN_FINDINGS)}</ul>
${rest.length > 0 ? html`<details><summary>${texts.more(rest.length)}</summary><ul class="findings">${rest}</ul></details>` : NOTHING}`;
  })}`;
}

function findingItem({ status, message, witness }: RecordedFinding, texts: Texts): Markup {
  const words = witness
    ? html`<b>${texts.witness(witness, formatProtocol(witness.protocol), status !== 'unknown')}</b><br>`
    : NOTHING;
  return html`<li class="${status}">${words}<span class="message">${message}</span></li>
`;
}

function actPart(act: Act, options: CardOptions): Markup {
  const { texts } = options;
  const { time, runId, verdictBefore, verdict, dryRun, isInterrupted, findingsBefore } = act;
  const isMade = act.calls.some(({ outcome }) => outcome.status === 'done');
  const list = (heading: string, lines: readonly string[]) =>
    lines.length === 0
      ? NOTHING
      : html`<h5>${heading}</h5><ul class="traffic">${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
  return html`<section class="act"><h4>${texts.act(longTime(time), runId)}</h4>
<p>${badge(verdictBefore, texts)} → ${badge(verdict, texts)}${dryRun ? ` ${texts.dryRun}` : ''}${isInterrupted ? html` <span class="failed">${texts.noOutcome}</span>` : NOTHING}</p>
${act.notes.map((note) => html`<p class="warning">${note}</p>`)}
${list(isMade ? texts.closed : texts.wouldClose, act.closed)}${list(isMade ? texts.opened : texts.wouldOpen, act.opened)}
${findingsBefore.length > 0 ? html`<details><summary>${texts.findingsBefore(findingsBefore.length)}</summary>${findingsList(findingsBefore, texts)}</details>` : NOTHING}
${rulesTable(act, isMade, options)}
${callsTable(act.calls, texts)}</section>
`;
}
