import type { ActionTrailEvent } from './event';
import { type Fields, field, isFields, textField } from './json';

/** Who made a call (`userIdentity`), without the id of the access key. */
export interface Principal {
  /** root-account, ram-user, assumed-role, system, …; empty if the record does not say. */
  readonly type: string;
  /** The caller's account; a system actor has none. */
  readonly accountId: string | undefined;
  readonly name: string | undefined;
  /** Of an assumed role. */
  readonly roleName: string | undefined;
  readonly sessionName: string | undefined;
}

const ASSUMED_ROLE = 'assumed-role';

/** Reads who made the call that a record is about. */
export function readPrincipal(record: Fields): Principal {
  const value = field(record, 'userIdentity');
  const identity = isFields(value) ? value : {};
  const type = (textField(identity, 'type') ?? '').toLowerCase();
  const name = textField(identity, 'userName');
  // What a caller can put in by itself, such as request parameters, says nothing about who it is.
  const [roleName, sessionName] =
    (type === ASSUMED_ROLE &&
      (roleAndSession(name) ?? roleAndSession(textField(identity, 'principalId'), /\D/))) ||
    [];
  const accountId = textField(identity, 'accountId');
  return { type, accountId, name, roleName, sessionName };
}

/** Splits `role:session`. A principalId usually has the role's number where this expects its name. */
function roleAndSession(text: string | undefined, role = /./): [string, string] | undefined {
  const [, roleName, sessionName] = /^([A-Za-z0-9._@-]{1,64}):(.{1,128})$/.exec(text ?? '') ?? [];
  if (roleName === undefined || sessionName === undefined) return undefined;
  return role.test(roleName) ? [roleName, sessionName] : undefined;
}

/**
 * Whether a change was made by a role of Palisade: the one that the function itself runs as or, under the
 * name of its sessions, the one that it assumes in another account. The account must be that of the role and
 * the role's name the same in any case: ActionTrail writes names in lower case that RAM shows in mixed
 * case, and RAM lets no two roles differ in case alone. Without a role name no change is our own.
 */
export function isOwnChange(
  event: ActionTrailEvent,
  self: {
    readonly accountId: string;
    readonly roleName?: string;
    readonly sessionName?: string;
  },
): boolean {
  const { type, accountId, roleName, sessionName } = event.principal;
  return (
    type === ASSUMED_ROLE &&
    accountId === self.accountId &&
    roleName !== undefined &&
    roleName.toLowerCase() === self.roleName?.toLowerCase() &&
    (self.sessionName === undefined || self.sessionName === sessionName)
  );
}
