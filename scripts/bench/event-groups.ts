/** Region of the groups that the benchmark of events uses. */
export const REGION = 'cn-hangzhou';
/** What must not get out of them over TCP, as ECS writes port ranges. */
export const DENIED_PORTS = ['25/25', '135/139', '445/445'] as const;

/** A group that follows the policy, and the ids of the rules that make it do so. */
export interface BenchGroup {
  readonly id: string;
  readonly dropRuleIds: readonly string[];
}

/** Groups of the benchmark, and the inventory that holds them. */
export function benchGroups(count: number): {
  readonly groups: readonly BenchGroup[];
  readonly inventory: unknown;
} {
  const described = Array.from({ length: count }, (_, index) => {
    const id = `sg-bench${String(index).padStart(4, '0')}`;
    const dropRules = DENIED_PORTS.flatMap((PortRange) =>
      [{ DestCidrIp: '0.0.0.0/0' }, { Ipv6DestCidrIp: '::/0' }].map((to) => ({
        Direction: 'egress',
        IpProtocol: 'TCP',
        PortRange,
        ...to,
        Policy: 'Drop',
        Priority: '1',
      })),
    ).map((rule, number) => ({
      SecurityGroupRuleId: `${id.replace('sg-', 'sgr-')}r${number}`,
      ...rule,
    }));
    const accepted = ['80/80', '443/443', '8080/8080'].map((PortRange) => ({
      Direction: 'ingress',
      IpProtocol: 'TCP',
      PortRange,
      SourceCidrIp: '10.0.0.0/8',
      Policy: 'Accept',
      Priority: '1',
    }));
    return { id, dropRules, accepted };
  });
  return {
    groups: described.map(({ id, dropRules }) => ({
      id,
      dropRuleIds: dropRules.map((rule) => rule.SecurityGroupRuleId),
    })),
    inventory: {
      RegionId: REGION,
      SecurityGroups: described.map(({ id, dropRules, accepted }) => ({
        SecurityGroupId: id,
        SecurityGroupName: id,
        SecurityGroupType: 'normal',
        VpcId: 'vpc-bench',
        Permissions: [...dropRules, ...accepted],
      })),
    },
  };
}

/** The policy file that these groups follow, with limits that leave room for `repairs` of them. */
export function benchPolicy(repairs: number): string {
  const ports = DENIED_PORTS.map((range) => {
    const [first, last] = range.split('/');
    return first === last ? first : `'${first}-${last}'`;
  });
  return `version: 1
guardrails: { maxChanges: ${repairs * DENIED_PORTS.length * 2}, maxGroups: ${repairs}, maxGroupsPercent: 25 }
policies:
  - id: no-mail-or-smb-out
    kind: deny-egress
    mode: enforce
    severity: high
    deny:
      - { to: ['0.0.0.0/0', '::/0'], protocol: tcp, ports: [${ports.join(', ')}] }
    rule: { priority: 1, description: '{policy} | managed by palisade' }
`;
}
