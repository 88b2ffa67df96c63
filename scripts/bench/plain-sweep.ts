/**
 * What the benchmarks of sweeps compare with: a tool as one would write it by hand. For each policy it lists the
 * groups and reads each one, call after call, and adds every rule that is missing with a call of its own. It
 * looks for drop rules that cover a port, and knows nothing of unions, IPv6 apart from ::/0, retries or records.
 */
import EcsClient, {
  AuthorizeSecurityGroupEgressRequest,
  AuthorizeSecurityGroupEgressRequestPermissions,
  AuthorizeSecurityGroupRequest,
  AuthorizeSecurityGroupRequestPermissions,
  DescribeSecurityGroupAttributeRequest,
  DescribeSecurityGroupsRequest,
  ModifySecurityGroupRuleRequest,
  type DescribeSecurityGroupAttributeResponseBodyPermissionsPermission as Rule,
} from '@alicloud/ecs20140526';
import { Config } from '@alicloud/openapi-client';
import type { CloudAccess } from './estate/cloud-protocol';
import { CLOSED_PORTS, DENIED_PORTS } from './estate/groups';

/** What the tool does at a group for one policy. */
type Repair = (ecs: EcsClient, group: Group) => Promise<void>;

interface Group {
  readonly regionId: string;
  readonly securityGroupId: string;
  readonly rules: readonly Rule[];
}

/** Has the estate's policies kept in one region. */
export async function plainSweep(
  { endpoint, credentials }: Pick<CloudAccess, 'endpoint' | 'credentials'>,
  regionId: string,
): Promise<void> {
  const ecs = new EcsClient(
    new Config({
      ...credentials,
      regionId,
      endpoint: endpoint.replace('http://', ''),
      protocol: 'HTTP',
    }),
  );
  const policies = [
    ...DENIED_PORTS.map(denyEgress),
    ...CLOSED_PORTS.map(denyIngress),
    describeRules,
  ];
  for (const repair of policies) {
    for (const securityGroupId of await listGroups(ecs, regionId)) {
      const { body } = await ecs.describeSecurityGroupAttribute(
        new DescribeSecurityGroupAttributeRequest({ regionId, securityGroupId }),
      );
      await repair(ecs, { regionId, securityGroupId, rules: body?.permissions?.permission ?? [] });
    }
  }
}

async function listGroups(ecs: EcsClient, regionId: string): Promise<string[]> {
  const ids: string[] = [];
  let nextToken: string | undefined;
  do {
    const { body } = await ecs.describeSecurityGroups(
      new DescribeSecurityGroupsRequest({
        regionId,
        maxResults: 100,
        ...(nextToken ? { nextToken } : {}),
      }),
    );
    ids.push(
      ...(body?.securityGroups?.securityGroup ?? []).map((group) => group.securityGroupId ?? ''),
    );
    nextToken = body?.nextToken;
  } while (nextToken);
  return ids;
}

function denyEgress(port: number): Repair {
  return async (ecs, { regionId, securityGroupId, rules }) => {
    const drops = rules.filter(
      (rule) => rule.direction === 'egress' && rule.policy === 'Drop' && covers(rule, port),
    );
    for (const to of [{ destCidrIp: '0.0.0.0/0' }, { ipv6DestCidrIp: '::/0' }]) {
      const [[field, everywhere] = []] = Object.entries(to);
      if (drops.some((rule) => Reflect.get(rule, field ?? '') === everywhere)) continue;
      const permission = new AuthorizeSecurityGroupEgressRequestPermissions({
        ...to,
        ...dropOf(port),
      });
      await ecs.authorizeSecurityGroupEgress(
        new AuthorizeSecurityGroupEgressRequest({
          regionId,
          securityGroupId,
          permissions: [permission],
        }),
      );
    }
  };
}

function denyIngress(port: number): Repair {
  return async (ecs, { regionId, securityGroupId, rules }) => {
    const open = rules.filter(
      (rule) =>
        rule.direction === 'ingress' && rule.sourceCidrIp === '0.0.0.0/0' && covers(rule, port),
    );
    const isOpen = open.some(({ policy }) => policy === 'Accept');
    if (!isOpen || open.some(({ policy }) => policy === 'Drop')) return;
    const permission = new AuthorizeSecurityGroupRequestPermissions({
      sourceCidrIp: '0.0.0.0/0',
      ...dropOf(port),
    });
    await ecs.authorizeSecurityGroup(
      new AuthorizeSecurityGroupRequest({ regionId, securityGroupId, permissions: [permission] }),
    );
  };
}

const describeRules: Repair = async (ecs, { regionId, securityGroupId, rules }) => {
  for (const { direction, description = '', securityGroupRuleId } of rules) {
    if (direction !== 'ingress' || description.includes(' | ') || !securityGroupRuleId) continue;
    await ecs.modifySecurityGroupRule(
      new ModifySecurityGroupRuleRequest({
        regionId,
        securityGroupId,
        securityGroupRuleId,
        description: `web | ${description}`,
      }),
    );
  }
};

function dropOf(port: number) {
  return {
    ipProtocol: 'TCP',
    portRange: `${port}/${port}`,
    policy: 'drop',
    priority: '1',
    description: 'web | denied',
  };
}

function covers({ ipProtocol, portRange = '' }: Rule, port: number): boolean {
  const [first = 0, last = 0] = portRange.split('/').map(Number);
  return ipProtocol === 'TCP' && first <= port && port <= last;
}
