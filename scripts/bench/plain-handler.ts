/**
 * What the benchmark of events compares with: an event handler as one would write it by hand. It reads the
 * group that the event names, call after call, and adds each rule that is missing with a call of its own.
 * No guardrail, no record, no ClientToken, no look at what came of it.
 */
import EcsClient, {
  AuthorizeSecurityGroupEgressRequest,
  AuthorizeSecurityGroupEgressRequestPermissions,
  DescribeSecurityGroupAttributeRequest,
  DescribeSecurityGroupsRequest,
} from '@alicloud/ecs20140526';
import { Config } from '@alicloud/openapi-client';
import type { FunctionContext } from '../../shared/runtime';
import { DENIED_PORTS } from './event-groups';

interface Event {
  readonly data: {
    readonly acsRegion: string;
    readonly requestParameters: Readonly<Record<string, string>>;
  };
}

/** EventBridge trigger. Gives the number of rules that it added. */
export async function handler(event: Uint8Array, context: FunctionContext): Promise<string> {
  const { acsRegion: regionId, requestParameters } = (JSON.parse(String(event)) as Event).data;
  const securityGroupId = requestParameters.SecurityGroupId ?? '';
  const { credentials } = context;
  if (!credentials) throw new Error('the function has no role: give it one that may call ECS');
  const client = new EcsClient(
    new Config({
      ...credentials,
      regionId,
      endpoint: process.env.PALISADE_ECS_ENDPOINT?.replace('http://', '') ?? '',
      protocol: 'HTTP',
    }),
  );

  const { body: list } = await client.describeSecurityGroups(
    new DescribeSecurityGroupsRequest({ regionId, securityGroupId }),
  );
  if (list?.securityGroups?.securityGroup?.length !== 1) return '0';
  const { body: group } = await client.describeSecurityGroupAttribute(
    new DescribeSecurityGroupAttributeRequest({ regionId, securityGroupId, direction: 'egress' }),
  );
  const present = new Set(
    (group?.permissions?.permission ?? [])
      .filter(({ policy, ipProtocol }) => policy === 'Drop' && ipProtocol === 'TCP')
      .map(
        ({ portRange, destCidrIp, ipv6DestCidrIp }) =>
          `${portRange} ${destCidrIp || ipv6DestCidrIp}`,
      ),
  );

  let added = 0;
  for (const portRange of DENIED_PORTS) {
    for (const everybody of [{ destCidrIp: '0.0.0.0/0' }, { ipv6DestCidrIp: '::/0' }]) {
      if (present.has(`${portRange} ${Object.values(everybody)[0]}`)) continue;
      const permission = {
        ...everybody,
        ipProtocol: 'TCP',
        portRange,
        policy: 'drop',
        priority: '1',
      };
      await client.authorizeSecurityGroupEgress(
        new AuthorizeSecurityGroupEgressRequest({
          regionId,
          securityGroupId,
          permissions: [new AuthorizeSecurityGroupEgressRequestPermissions(permission)],
        }),
      );
      added += 1;
    }
  }
  return String(added);
}
