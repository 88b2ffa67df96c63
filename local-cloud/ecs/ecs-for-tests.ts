import { ApiError, type CallContext, type ResponseBody } from '../action';
import { createEcs, type EcsOptions, type EcsService } from './index';

/** Parameters of a call as a test writes them. */
export type Sent = Readonly<Record<string, string>>;

/** A rule as DescribeSecurityGroupAttribute shows it, all fields text. */
export type ShownRule = Readonly<Record<string, string>>;

export const ACCOUNT = '1000000000000001';
export const OTHER_ACCOUNT = '1000000000000002';
export const REGION = { RegionId: 'cn-hangzhou' };
export const VPC = 'vpc-a';

/** A service on its own, called without a gateway. */
export interface TestEcs {
  readonly service: EcsService;
  /** Clock of the next call, in milliseconds; a test moves it. */
  now: number;
  /** Calls an action. Throws the ApiError that refuses the call. */
  call(action: string, parameters?: Sent, accountId?: string): ResponseBody;
  /** The refusal of a call, `status code: message`, or `accepted`. */
  outcome(action: string, parameters?: Sent, accountId?: string): string;
  /** Creates a group and gives its id. */
  group(parameters?: Sent, accountId?: string): string;
  /** All rules of a group, as shown. */
  rules(groupId: string, parameters?: Sent): ShownRule[];
}

/** Creates a service with ids from a fixed sequence. */
export function testEcs(options: Partial<EcsOptions> = {}): TestEcs {
  const service = createEcs({ accountId: ACCOUNT, random: fixedSequence(), ...options });
  const ecs: TestEcs = {
    service,
    now: Date.UTC(2026, 2, 1, 8),
    call(action, parameters = {}, accountId = ACCOUNT) {
      const run = service.actions.get(action);
      if (run === undefined) {
        throw new Error(`The service has no action ${action}.`);
      }
      const context: CallContext = {
        requestId: 'request',
        caller: { accountId, accessKeyId: 'key', identity: { type: 'root-account' } },
        now: ecs.now,
      };
      return run(new Map(Object.entries({ ...REGION, ...parameters })), context);
    },
    outcome(action, parameters, accountId) {
      try {
        ecs.call(action, parameters, accountId);
        return 'accepted';
      } catch (error) {
        if (error instanceof ApiError) {
          return `${error.status} ${error.code}: ${error.message}`;
        }
        throw error;
      }
    },
    group(parameters = { VpcId: VPC }, accountId) {
      return String(ecs.call('CreateSecurityGroup', parameters, accountId).SecurityGroupId);
    },
    rules(groupId, parameters = {}) {
      const sent = { SecurityGroupId: groupId, MaxResults: '1000', ...parameters };
      const body = ecs.call('DescribeSecurityGroupAttribute', sent);
      return (body.Permissions as { Permission: ShownRule[] }).Permission;
    },
  };
  return ecs;
}

/** Random numbers that are the same on every run. */
export function fixedSequence(): () => number {
  let state = 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/** Rules in the form Permissions.N. */
export function permissions(...rules: readonly Sent[]): Sent {
  return Object.fromEntries(
    rules.flatMap((rule, index) =>
      Object.entries(rule).map(([name, value]) => [`Permissions.${index + 1}.${name}`, value]),
    ),
  );
}
