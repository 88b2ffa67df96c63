import type { Caller } from './action';

/** The caller's name as logs and ActionTrail show it: `root`, a user name, or `role:session`. */
export function principalName({ identity }: Caller): string {
  switch (identity.type) {
    case 'root-account':
      return 'root';
    case 'ram-user':
      return identity.userName;
    case 'assumed-role':
      return `${identity.roleName}:${identity.sessionName}`;
    default:
      return identity satisfies never;
  }
}

/** The caller's PrincipalId (GetCallerIdentity page): account id, user id, or `roleId:session`. */
export function principalId({ accountId, identity }: Caller): string {
  switch (identity.type) {
    case 'root-account':
      return accountId;
    case 'ram-user':
      return identity.userId;
    case 'assumed-role':
      return `${identity.roleId}:${identity.sessionName}`;
    default:
      return identity satisfies never;
  }
}
