import { ENDING_SOON_DAYS, type ExemptionInForce } from '../exemptions';
import type { Report } from '../model';
import type { Texts } from '../texts';
import { html, type Markup, NOTHING } from './html';
import { groupName, section, table } from './pieces';

/** What each exemption lets through, and until when. */
export function exemptionsSection({ exemptions }: Report, texts: Texts): Markup {
  const row = (exemption: ExemptionInForce) => {
    const { name, policyId, reason, ticket, until, daysLeft, letsThrough } = exemption;
    const isEnding = daysLeft <= ENDING_SOON_DAYS;
    const [first = texts.letsNothingThrough, ...rest] = letsThrough;
    return [
      html`${groupName(exemption)}<br><span class="muted">${name}</span>`,
      html`<code>${policyId}</code>`,
      html`<time>${until}</time><br><span class="${isEnding ? 'soon' : 'muted'}">${texts.daysLeft(daysLeft)}</span>`,
      html`${reason}<br><span class="muted">${ticket}</span>`,
      html`<span class="message">${first}</span>${rest.length > 0 ? html`<details><summary>${texts.more(rest.length)}</summary><ul>${rest.map((what) => html`<li class="message">${what}</li>`)}</ul></details>` : NOTHING}`,
    ];
  };
  const headings = [texts.group, texts.policy, texts.until, texts.reason, texts.letsThrough];
  return section(
    'exempt',
    texts.sections.exempt,
    exemptions.length === 0
      ? html`<p>${texts.noExemptions}</p>`
      : table(texts.sections.exempt, headings, exemptions.map(row)),
  );
}
