import type { Credentials } from '../ecs';
import type { MemberAccount } from '../policy';
import { callStsWithRetry, type StsFailure, type StsOptions } from './sts';

/** Name of every session that Palisade assumes a role under, by which people find it in ActionTrail. */
export const SESSION_NAME = 'palisade';
const SESSION_SECONDS = 3_600;

/** Credentials of a role, and when they end, in milliseconds since 1970. */
export interface Session {
  readonly credentials: Credentials;
  readonly endsAt: number;
}

/** Assumes the role of an account for an hour (AssumeRole page). Throws EcsError. */
export function assumeRole(account: MemberAccount, options: StsOptions): Promise<Session> {
  const { id, role, externalId } = account;
  return callStsWithRetry(
    'AssumeRole',
    {
      RoleArn: `acs:ram::${id}:role/${role}`,
      RoleSessionName: SESSION_NAME,
      DurationSeconds: String(SESSION_SECONDS),
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
    },
    options,
    readSession,
    (failure) =>
      `role ${role} of account ${id} could not be assumed (${failure.kind}): ${explain(account, failure)}`,
  );
}

function readSession(answer: Readonly<Record<string, unknown>>): Session | undefined {
  const { Credentials: fields } = answer;
  if (typeof fields !== 'object' || fields === null) return undefined;
  const { AccessKeyId, AccessKeySecret, SecurityToken, Expiration } = fields as Readonly<
    Record<string, unknown>
  >;
  if (typeof AccessKeyId !== 'string' || typeof AccessKeySecret !== 'string') return undefined;
  if (typeof SecurityToken !== 'string' || typeof Expiration !== 'string') return undefined;
  const endsAt = Date.parse(Expiration);
  if (Number.isNaN(endsAt)) return undefined;
  return {
    credentials: {
      accessKeyId: AccessKeyId,
      accessKeySecret: AccessKeySecret,
      securityToken: SecurityToken,
    },
    endsAt,
  };
}

const TRUST_POLICY = 'AssumeRolePolicy';

/** What went wrong and what to do, as the end of a message. */
function explain({ id, role, externalId }: MemberAccount, failure: StsFailure): string {
  const { kind, code, policyType, cause } = failure;
  const own = `the RAM policy of the identity that Palisade runs with must allow sts:AssumeRole on acs:ram::${id}:role/${role}`;
  const trust =
    "the role's trust policy must name that identity, or its account, as Principal" +
    (externalId === undefined
      ? '; if it asks for sts:ExternalId, write that as externalId of the account in the policy file'
      : ', and its sts:ExternalId must be the externalId of the account in the policy file');
  switch (kind) {
    case 'permission':
      if (failure.isRoot) {
        return 'the credentials are those of an account itself, which may assume no role: use those of a RAM user or role';
      }
      if (code !== undefined && code !== 'NoPermission') {
        return 'STS refused the own credentials: check them and the clock';
      }
      if (code === undefined) return cause;
      if (policyType === TRUST_POLICY)
        return `its trust policy does not let this caller in: ${trust}`;
      if (policyType !== undefined) return `the caller may not assume it: ${own}`;
      return `it is not permitted: ${own}, and ${trust}`;
    case 'not-found':
      return 'there is no such role: create it in that account, or correct or remove the account in the policy file';
    case 'throttled':
      return 'STS throttles: wait a minute';
    case 'transient':
    case 'unknown-outcome':
      return `${cause}: try again later, and check PALISADE_STS_ENDPOINT if it is set`;
    case 'validation':
    case 'state':
    case 'quota':
      return `${cause}: correct role and externalId of the account in the policy file`;
    default:
      return kind satisfies never;
  }
}
