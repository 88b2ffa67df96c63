import EcsClient, {
  AuthorizeSecurityGroupRequest,
  AuthorizeSecurityGroupRequestPermissions,
} from '@alicloud/ecs20140526';
import { Config } from '@alicloud/openapi-client';
import type { CallRecord, LocalCloud } from '../../local-cloud';

/** Somebody with an access key of their own. */
export interface Person {
  /** Lets the whole Internet reach remote desktops, as people do in a hurry. */
  openRemoteDesktop(regionId: string, securityGroupId: string): Promise<void>;
}

/** Adds a RAM user to the account. */
export function addPerson(cloud: LocalCloud, userName: string): Person {
  const key = cloud.credentials.addUser({ accountId: cloud.accountId, userName });
  return {
    async openRemoteDesktop(regionId, securityGroupId) {
      const client = new EcsClient(
        new Config({ ...key, endpoint: cloud.host, protocol: 'HTTP', regionId }),
      );
      await client.authorizeSecurityGroup(
        new AuthorizeSecurityGroupRequest({
          regionId,
          securityGroupId,
          permissions: [
            new AuthorizeSecurityGroupRequestPermissions({
              policy: 'accept',
              priority: '1',
              ipProtocol: 'TCP',
              portRange: '3389/3389',
              sourceCidrIp: '0.0.0.0/0',
              description: 'quick fix, remove later',
            }),
          ],
        }),
      );
    },
  };
}

/** ECS calls, one a line, each with its time since `start` and who made it. */
export function timeline(calls: readonly CallRecord[], start: number): string {
  return calls
    .map(({ at, durationMs, action, principal, status, parameters }) => {
      const ended = (Date.parse(at) + durationMs - start) / 1000;
      const rules = Object.keys(parameters).filter((name) =>
        /^Permissions\.\d+\.Policy$/.test(name),
      );
      const detail = rules.length > 1 ? ` (${rules.length} rules)` : '';
      const who = principal?.replace(/^palisade:/, '') ?? 'somebody';
      return `${ended.toFixed(2).padStart(6)} s  ${who.padEnd(20)}  ${action}${detail}, ${status}`;
    })
    .join('\n');
}
