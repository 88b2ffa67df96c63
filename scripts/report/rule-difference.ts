import type { RecordedRule } from './run-record';

/** A rule for people, each field as the API spells it; without a value it is empty. */
export interface ShownRule {
  readonly direction: 'ingress' | 'egress';
  readonly policy: string;
  readonly priority: string;
  readonly protocol: string;
  readonly ports: string;
  readonly peer: string;
  readonly description: string;
  readonly id: string;
}

/** What became of a rule. */
export type RuleChange =
  | { readonly kind: 'same' | 'added' | 'removed'; readonly rule: ShownRule }
  | { readonly kind: 'changed'; readonly from: ShownRule; readonly rule: ShownRule };

/**
 * Compares the rules of a group before and after: by the ids of the rules, and where there are none by
 * everything but the description. What is gone or changed stays in its place, what is new comes last.
 */
export function ruleDifference(
  before: readonly RecordedRule[],
  after: readonly RecordedRule[],
): RuleChange[] {
  const left = new Map<string, ShownRule[]>();
  for (const rule of after.map(shownRule)) {
    const name = nameOf(rule);
    left.set(name, [...(left.get(name) ?? []), rule]);
  }
  const kept = before.map(shownRule).map((from): RuleChange => {
    const rule = left.get(nameOf(from))?.shift();
    if (!rule) return { kind: 'removed', rule: from };
    if (JSON.stringify(rule) === JSON.stringify(from)) return { kind: 'same', rule };
    return { kind: 'changed', from, rule };
  });
  const added = [...left.values()].flat().map((rule): RuleChange => ({ kind: 'added', rule }));
  return [...kept, ...added];
}

function nameOf({ id, description: _, ...rest }: ShownRule): string {
  return id === '' ? JSON.stringify(rest) : id;
}

/** A rule as a row. Its direction is that of the field, or of the far end that it names. */
export function shownRule(rule: RecordedRule): ShownRule {
  const text = (field: string) => String(rule[field] ?? '');
  const direction = (text('Direction') || directionOf(rule)).toLowerCase();
  const isIngress = direction === 'ingress';
  const [far, near] = isIngress ? ['Source', 'Dest'] : ['Dest', 'Source'];
  const cidr = (side: string) => text(`${side}CidrIp`) || text(`Ipv6${side}CidrIp`);
  const peer = cidr(far) || text(`${far}GroupId`) || text(`${far}PrefixListId`);
  const own = cidr(near);
  const sourcePorts = text('SourcePortRange');
  return {
    direction: isIngress ? 'ingress' : 'egress',
    policy: (text('Policy') || 'accept').toLowerCase(),
    priority: text('Priority') || '1',
    protocol: text('IpProtocol').toUpperCase(),
    ports:
      (text('PortRangeListId') || text('PortRange')) +
      (sourcePorts === '' || sourcePorts === '-1/-1' ? '' : ` ← ${sourcePorts}`),
    peer: own === '' ? peer : `${peer} ↔ ${own}`,
    description: text('Description'),
    id: text('SecurityGroupRuleId'),
  };
}

function directionOf(rule: RecordedRule): string {
  const names = (field: string) => Boolean(rule[field]);
  const isEgress = ['DestCidrIp', 'Ipv6DestCidrIp', 'DestGroupId', 'DestPrefixListId'].some(names);
  return isEgress ? 'egress' : 'ingress';
}
