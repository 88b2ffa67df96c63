import { OWN_ACCOUNT } from '../../../shared/policy';
import type { Report } from '../model';
import { SEVERITIES, VERDICTS } from '../run-record';
import type { Texts } from '../texts';
import { groupCard } from './group-card';
import { html, type Markup, NOTHING } from './html';
import { section } from './pieces';

/** Rules in a report from which on those that did not change are left out, for the size of the page. */
const MOST_RULES = 20_000;

/** Every group that is not compliant or was changed, to be filtered and unfolded. */
export function groupsSection({ groups, policies, regions }: Report, texts: Texts): Markup {
  if (groups.length === 0) {
    return section('groups', texts.sections.groups, html`<p>${texts.allCompliant}</p>`);
  }
  const rules = groups.reduce(
    (sum, { acts }) => sum + acts.reduce((all, act) => all + (act.before?.length ?? 0), 0),
    0,
  );
  const options = { texts, withUnchanged: rules <= MOST_RULES };
  const ids = [...new Set(regions.map(({ accountId }) => accountId))].sort();
  const isAlone = ids.every((id) => id === undefined);
  const accounts = ids.map((id) => [id ?? OWN_ACCOUNT, id ?? texts.ownAccount] as const);
  const select = (
    name: keyof Texts['anyOf'],
    label: string,
    values: readonly (readonly [string, string])[],
  ) => html`<label>${label}<select name="${name}"><option value="">${texts.anyOf[name]}</option>${values.map(([value, words]) => html`<option value="${value}">${words}</option>`)}</select></label>
`;
  return section(
    'groups',
    texts.sections.groups,
    html`<form class="filters" hidden data-shown="${texts.shown}">
<label class="search">${texts.search}<input type="search" name="text" placeholder="${texts.searchHint}" autocomplete="off" spellcheck="false"></label>
${select(
  'verdict',
  texts.verdict,
  VERDICTS.map((verdict) => [verdict, texts.verdicts[verdict]]),
)}${select(
  'region',
  texts.region,
  [...new Set(regions.map(({ regionId }) => regionId))].map((id) => [id, id]),
)}${isAlone ? NOTHING : select('account', texts.account, accounts)}${select(
  'policy',
  texts.policy,
  policies.map(({ id }) => [id, id]),
)}${select(
  'severity',
  texts.severity,
  SEVERITIES.map((severity) => [severity, texts.severities[severity]]),
)}<p><output></output> <button type="reset">${texts.reset}</button> <button type="button" name="expand">${texts.expand}</button> <button type="button" name="collapse">${texts.collapse}</button></p>
</form>
<p class="none" hidden>${texts.noMatch}</p>
<div class="groups">
${groups.length > 0 ? groups.map((group) => groupCard(group, options)) : NOTHING}</div>`,
  );
}
