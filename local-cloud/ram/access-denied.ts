import { ApiError, type Caller } from '../action';
import { principalId, principalName } from '../principal';
import type { Denial } from './evaluate';

/** What an API says about a denied call (Announcement on query API authentication of ECS). */
export type AccessDeniedDetail = Readonly<Record<string, string>>;

/** A refusal for want of permission. */
export class AccessDeniedError extends ApiError {
  constructor(
    code: string,
    message: string,
    readonly detail: AccessDeniedDetail,
  ) {
    super(403, code, message);
  }
}

/** Codes and messages by the product that the action's name begins with; the status is always 403. */
const REFUSALS: Readonly<Record<string, readonly [code: string, message: string]>> = {
  ecs: [
    'Forbidden.RAM',
    "User not authorized to operate on the specified resource, or this API doesn't support RAM.",
  ],
  sts: [
    'NoPermission',
    'You are not authorized to do this action. You should be authorized by RAM.',
  ],
  oss: ['AccessDenied', 'You have no right to access this object.'],
};

/**
 * The refusal in the terms of the product whose action it is. `policyType` is that of the policy which
 * refuses: the caller's own ones, or the trust policy of a role.
 */
export function accessDenied(
  caller: Caller,
  action: string,
  denial: Denial,
  policyType:
    | 'AccountLevelIdentityBasedPolicy'
    | 'AssumeRolePolicy' = 'AccountLevelIdentityBasedPolicy',
): AccessDeniedError {
  const product = action.slice(0, action.indexOf(':')).toLowerCase();
  const [code, message] = REFUSALS[product] ?? [
    'AccessDenied',
    `the caller is not authorized to perform '${action}' on resource '${denial.resource}'`,
  ];
  const detail = {
    PolicyType: policyType,
    NoPermissionType: denial.type,
    AuthAction: action,
    AuthPrincipalType: caller.identity.type === 'assumed-role' ? 'AssumedRoleUser' : 'SubUser',
    AuthPrincipalOwnerId: caller.accountId,
    AuthPrincipalDisplayName:
      caller.identity.type === 'assumed-role' ? principalName(caller) : principalId(caller),
  };
  // In the cloud only RAM can decode it; here base64 will do.
  const diagnosis = JSON.stringify({ ...detail, AuthResource: denial.resource });
  return new AccessDeniedError(code, message, {
    ...detail,
    EncodedDiagnosticMessage: Buffer.from(diagnosis).toString('base64'),
  });
}
