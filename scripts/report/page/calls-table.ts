import { shownRule } from '../rule-difference';
import type { RecordedCall } from '../run-record';
import type { Texts } from '../texts';
import { html, type Markup, NOTHING } from './html';
import { table } from './pieces';

/** The calls of a run to one group: what was sent, and what the API answered. */
export function callsTable(calls: readonly RecordedCall[], texts: Texts): Markup {
  if (calls.length === 0) return NOTHING;
  const { call } = texts;
  const rows = calls.map(({ action, parameters, clientToken, outcome }) => {
    const { status, requestId = '', attempts, code, message } = outcome;
    return [
      html`<code>${action}</code>`,
      html`<span class="message">${contentOf(parameters, texts)}</span>`,
      html`<span class="call ${status}">${texts.callStatus[status]}</span>${message === undefined ? NOTHING : html`<br><span class="message">${code === undefined ? '' : `${code}: `}${message}</span>`}`,
      html`<code>${requestId}</code>`,
      attempts ?? '',
      html`<code class="long">${clientToken}</code>`,
    ];
  });
  const headings = [
    call.action,
    call.content,
    call.status,
    call.requestId,
    `#${call.attempts}`,
    call.token,
  ];
  return html`<h5>${texts.calls}</h5>${table(texts.calls, headings, rows)}`;
}

/** What a call is about in a line: the rules of a batch, or the description that a rule is given. */
function contentOf(
  { Permissions, SecurityGroupRuleId, Description }: RecordedCall['parameters'],
  texts: Texts,
) {
  if (Array.isArray(Permissions)) {
    const [first] = Permissions.map(ruleWords);
    return `${texts.rulesInCall(Permissions.length)}${first === undefined ? '' : `: ${first}${Permissions.length > 1 ? ' …' : ''}`}`;
  }
  return [SecurityGroupRuleId, Description].filter((text) => typeof text === 'string').join(': ');
}

function ruleWords(permission: unknown): string {
  if (typeof permission !== 'object' || permission === null) return '';
  const texts = Object.entries(permission).map(([key, value]) => [key, String(value)]);
  const { policy, protocol, ports, peer, priority } = shownRule(Object.fromEntries(texts));
  return `${policy} ${protocol} ${ports} ${peer} (${priority})`;
}
