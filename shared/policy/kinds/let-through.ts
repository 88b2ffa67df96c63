import type { SecurityGroup } from '../../security-group';
import { allowed, allowedTraffic, describeTraffic, type Flow, type ReadLists } from '../../traffic';
import { describeExemption } from '../exemptions';
import type { DenyPolicy, Exemption } from '../policy';
import { flowsOf } from './denials';
import { denialsIn, directionOf } from './deny-traffic';
import { commonTraffic, exceptionsOf, exemptPieces } from './exempt-traffic';
import { explainPassage } from './explain-passage';
import type { Finding } from './finding';
import { ruleSetOf } from './rule-set';

/** Lines of traffic that a finding shows. */
const MOST_SHOWN = 5;

/** What an exemption lets through at a group: nothing, or a finding with a packet and all the traffic. */
export function findLetThrough(
  policy: DenyPolicy,
  exemption: Exemption,
  group: SecurityGroup,
  lists: ReadLists,
): Finding[] {
  const { flows } = exemptRegion(policy, exemption, lists);
  const result = allowed(ruleSetOf(group, lists), directionOf(policy), flows);
  if (result.verdict === 'denied') return [];
  const found = {
    policyId: policy.id,
    severity: policy.severity,
    status: 'exempt',
    changes: [],
  } as const;
  const why = describeExemption(exemption);
  if (result.verdict === 'undecided') {
    return [{ ...found, message: `what gets through cannot be told: ${result.reason}; ${why}` }];
  }
  const lines = describeLetThrough(policy, exemption, group, lists);
  const shown = lines.slice(0, MOST_SHOWN).join('; ');
  const more = lines.length > MOST_SHOWN ? `; and ${lines.length - MOST_SHOWN} more` : '';
  const message = `let through: ${shown}${more} (${explainPassage(result)}); ${why}`;
  return [{ ...found, witness: result.witness, message }];
}

/** The traffic that an exemption lets through at a group, in words such as `TCP 25 to 192.0.2.7`. */
export function describeLetThrough(
  policy: DenyPolicy,
  exemption: Exemption,
  group: SecurityGroup,
  lists: ReadLists,
): string[] {
  const direction = directionOf(policy);
  const { flows, isWhole } = exemptRegion(policy, exemption, lists);
  const found = allowedTraffic(ruleSetOf(group, lists), direction, flows);
  if (found.verdict === 'undecided') return [`cannot be told: ${found.reason}`];
  const conditions = [...new Set(found.traffic.map(({ on }) => on.join(', ')))].sort();
  const lines = conditions.flatMap((condition) => {
    const boxes = found.traffic.flatMap(({ box, on }) =>
      on.join(', ') === condition ? [box] : [],
    );
    const suffix = condition === '' ? '' : `, depending on ${condition}`;
    return [...new Set(describeTraffic(boxes, direction))].map((words) => words + suffix);
  });
  return isWhole
    ? lines
    : [...lines, 'what hangs on a prefix list that could not be read is not known'];
}

/** What a policy denies and an exemption lets pass, as far as the lists that both name could be read. */
function exemptRegion(
  policy: DenyPolicy,
  { traffic }: Exemption,
  lists: ReadLists,
): { readonly flows: readonly Flow[]; readonly isWhole: boolean } {
  const denials = denialsIn(policy);
  if (!traffic) return { flows: denials.flatMap((denial) => flowsOf(denial)), isWhole: true };
  const parts = exemptPieces([traffic]).flatMap((exempt) =>
    denials.map((denial) => commonTraffic(denial, exempt, lists)),
  );
  return {
    flows: parts.flatMap((pieces) => exceptionsOf(pieces ?? [])),
    isWhole: !parts.includes(undefined),
  };
}
