import type { ReadLists } from '../traffic';
import { checkTraffic, farSideOf } from './check-traffic';
import { hasEnded } from './exemptions';
import { type Denial, denialsOf, formatDenial } from './kinds/denials';
import { commonTraffic, cutAround, exemptPieces } from './kinds/exempt-traffic';
import type { ExemptPiece } from './kinds/pieces';
import type { Report } from './mistake';
import type { DenyPolicy, ExemptTraffic, Policy } from './policy';

const NOTHING_READ: ReadLists = { prefixLists: new Map(), portRangeLists: new Map() };

/** Exemptions that can never hold, that exempt nothing, or that no drop rules fit around. */
export function checkExemptions(policy: Policy, quota: number, now: number, report: Report): void {
  policy.exempt.forEach((exemption, position) => {
    if (hasEnded(exemption, now)) {
      report(
        ['exempt', position, 'until'],
        `${exemption.until} has passed: remove the exemption, or write a later day`,
      );
    }
  });
  if (policy.kind === 'describe-rules') return;
  const denials = denialsOf(policy.deny);
  let mistakes = 0;
  const refuse: Report = (...mistake) => {
    mistakes += 1;
    report(...mistake);
  };
  policy.exempt.forEach(({ traffic }, position) => {
    if (!traffic) return;
    const path = ['exempt', position];
    const before = mistakes;
    checkTraffic(traffic, policy.kind, path, refuse);
    if (mistakes === before) checkAgainst(denials, policy.kind, traffic, path, refuse);
  });
  if (mistakes === 0) checkQuota(policy, denials, quota, report);
}

/** What is exempt must be denied otherwise, and it must be possible to tell which packets are both. */
function checkAgainst(
  denials: readonly Denial[],
  kind: DenyPolicy['kind'],
  { peers, ...services }: ExemptTraffic,
  path: (string | number)[],
  report: Report,
): void {
  const direction = kind === 'deny-egress' ? 'egress' : 'ingress';
  const side = farSideOf(kind);
  (peers ?? [undefined]).forEach((text, position) => {
    const at = text === undefined ? path : [...path, side, position];
    const pieces = exemptPieces([
      { ...services, ...(text === undefined ? {} : { peers: [text] }) },
    ]);
    // The Internet is many pieces, and a policy may deny some of them.
    const isIdle = (exempt: ExemptPiece) =>
      !pieces
        .filter(({ ports }) => ports === exempt.ports)
        .some((each) => denials.some((denial) => commonWith(denial, each)?.length !== 0));
    const idle = pieces.find(isIdle);
    if (idle) {
      const words = formatDenial({ ...idle, name: text ?? 'anybody' }, direction);
      report(at, `${words} is not denied by the policy: exempt only what it denies`);
      return;
    }
    const unclear = denials.find((denial) =>
      pieces.some((each) => namesGroup(denial, each) && commonWith(denial, each) === undefined),
    );
    if (unclear) {
      report(
        at,
        `${text} and ${unclear.name}, which the policy denies, may have members in common, and no rule can ` +
          `tell: deny security groups in a policy of their own, and exempt them by their ids or without "${side}"`,
      );
    }
  });
}

function commonWith(denial: Denial, exempt: ExemptPiece): readonly unknown[] | undefined {
  return commonTraffic(denial, exempt, NOTHING_READ);
}

function namesGroup({ peers }: Denial, { peer }: ExemptPiece): boolean {
  return [...peers, peer].some((each) => each !== 'anybody' && each.kind === 'group');
}

/** Around small exemptions wide denials need many rules. */
function checkQuota(
  { exempt }: DenyPolicy,
  denials: readonly Denial[],
  quota: number,
  report: Report,
): void {
  const groups = new Set(exempt.flatMap((exemption) => exemption.groups));
  for (const group of groups) {
    const own = exempt.filter((exemption) => exemption.groups.includes(group));
    const pieces = exemptPieces(own.flatMap(({ traffic }) => traffic ?? []));
    if (pieces.length === 0) continue;
    const rules = denials.reduce(
      (sum, denial) =>
        sum + (cutAround(denial, pieces, NOTHING_READ)?.length ?? denial.peers.length),
      0,
    );
    const uncut = denials.reduce((sum, { peers }) => sum + peers.length, 0);
    if (rules <= quota || uncut > quota) continue;
    report(
      ['exempt'],
      `around what is exempt for ${group} the policy needs ${rules} rules, and a group holds ${quota} (quotas.rulesPerGroup): exempt wider blocks or port ranges`,
      true,
    );
    return;
  }
}
