import { type Action, ApiError, type Caller, type Parameters } from '../action';
import { principalId } from '../principal';
import { accessDenied, type PolicyDocument, parsePolicyDocument } from '../ram';
import type { CredentialStore, RoleName } from './credentials';

const MIN_SESSION_SECONDS = 900;
const MAX_SESSION_SECONDS = 43_200;
const DEFAULT_SESSION_SECONDS = 3600;
const MAX_POLICY_LENGTH = 2048;

/** AssumeRole page: temporary credentials of a role, in this account or another. */
export function assumeRole(credentials: CredentialStore): Action {
  return (parameters, { caller }) => {
    const role = parseRoleArn(required(parameters, 'RoleArn'));
    const sessionName = required(parameters, 'RoleSessionName');
    if (!/^[a-zA-Z0-9.@_-]{2,64}$/.test(sessionName)) throw wronglyFormed('RoleSessionName');
    const durationSeconds = parseDuration(parameters.get('DurationSeconds'));
    const externalId = parameters.get('ExternalId');
    if (externalId && !/^[a-zA-Z0-9=,.@:/_-]{2,1224}$/.test(externalId)) {
      throw wronglyFormed('ExternalId');
    }
    const policy = parsePolicy(parameters.get('Policy'));
    if (caller.identity.type === 'root-account') {
      throw new ApiError(403, 'NoPermission', 'Roles may not be assumed by root accounts.');
    }
    if (!credentials.hasRole(role)) {
      throw new ApiError(404, 'EntityNotExist.Role', `The role not exists: ${role.roleName}. `);
    }
    const isTrusted = credentials.trustPolicyOf(role)?.(caller, {
      'acs:SourceIp': '127.0.0.1',
      'acs:SecureTransport': 'false',
      'sts:ExternalId': externalId ?? '',
    });
    if (isTrusted === false) {
      const resource = required(parameters, 'RoleArn');
      const denial = { type: 'ImplicitDeny', resource } as const;
      throw accessDenied(caller, 'sts:AssumeRole', denial, 'AssumeRolePolicy');
    }
    const session = credentials.startSession({
      ...role,
      sessionName,
      durationSeconds,
      ...(policy && { policy }),
    });
    return {
      AssumedRoleUser: {
        Arn: `acs:ram::${role.accountId}:role/${role.roleName}/${sessionName}`,
        AssumedRoleId: principalId(session.caller),
      },
      Credentials: {
        AccessKeyId: session.accessKeyId,
        AccessKeySecret: session.accessKeySecret,
        SecurityToken: session.securityToken,
        Expiration: new Date(session.expiresAt).toISOString().replace(/\.\d{3}Z$/, 'Z'),
      },
    };
  };
}

/** GetCallerIdentity page: who signed the request. */
export const getCallerIdentity: Action = (_parameters, { caller }) => {
  const { accountId, identity } = caller;
  const common = { AccountId: accountId, PrincipalId: principalId(caller), Arn: arn(caller) };
  switch (identity.type) {
    case 'root-account':
      return { IdentityType: 'Account', ...common, UserId: accountId };
    case 'ram-user':
      return { IdentityType: 'RAMUser', ...common, UserId: identity.userId };
    case 'assumed-role':
      return { IdentityType: 'AssumedRoleUser', ...common, RoleId: identity.roleId };
    default:
      return identity satisfies never;
  }
};

function arn({ accountId, identity }: Caller): string {
  switch (identity.type) {
    case 'root-account':
      return `acs:ram::${accountId}:root`;
    case 'ram-user':
      return `acs:ram::${accountId}:user/${identity.userName}`;
    case 'assumed-role':
      return `acs:ram::${accountId}:assumed-role/${identity.roleName}/${identity.sessionName}`;
    default:
      return identity satisfies never;
  }
}

function required(parameters: Parameters, name: string): string {
  const value = parameters.get(name);
  if (!value) throw new ApiError(400, `Missing${name}`, `${name} is mandatory for this action.`);
  return value;
}

function wronglyFormed(parameter: string): ApiError {
  return new ApiError(
    400,
    `InvalidParameter.${parameter}`,
    `The parameter ${parameter} is wrongly formed.`,
  );
}

function parseRoleArn(roleArn: string): RoleName {
  const match = /^acs:ram::(\d+):role\/([a-zA-Z0-9.-]{1,64})$/i.exec(roleArn);
  const [, accountId, roleName] = match ?? [];
  if (accountId === undefined || roleName === undefined) throw wronglyFormed('RoleArn');
  return { accountId, roleName };
}

function parseDuration(text: string | undefined): number {
  if (!text) return DEFAULT_SESSION_SECONDS;
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= MIN_SESSION_SECONDS && seconds <= MAX_SESSION_SECONDS) return seconds;
  throw new ApiError(
    400,
    'InvalidParameter.DurationSeconds',
    'The Min/Max value of DurationSeconds is 15min/12hr.',
  );
}

function parsePolicy(policy: string | undefined): PolicyDocument | undefined {
  if (!policy) return undefined;
  if (policy.length > MAX_POLICY_LENGTH) {
    throw new ApiError(
      400,
      'InvalidParameter.PolicySize',
      `The size of Policy must be smaller than ${MAX_POLICY_LENGTH} bytes.`,
    );
  }
  try {
    return parsePolicyDocument(JSON.parse(policy));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ApiError(
      400,
      'InvalidParameter.PolicyGrammar',
      `The parameter Policy has not passed grammar check. ${reason}`,
    );
  }
}
