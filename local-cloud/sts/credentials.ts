import type { Caller } from '../action';
import {
  type PolicyDocument,
  parsePolicyDocument,
  parseTrustPolicy,
  type TrustPolicy,
} from '../ram';

/** A long-lived access key. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

/** Temporary credentials of an assumed role. */
export interface SessionCredentials extends AccessKey {
  readonly securityToken: string;
  /** Milliseconds since 1970; from then on the token is refused. */
  readonly expiresAt: number;
  readonly caller: Caller;
}

/** What the local cloud knows of one access key id. */
export interface Credential extends AccessKey {
  readonly caller: Caller;
  /** Present for temporary credentials, which are good only together with their token. */
  readonly session?: { readonly securityToken: string; readonly expiresAt: number };
}

/** A role of some account, by name. */
export interface RoleName {
  readonly accountId: string;
  readonly roleName: string;
}

/** What a user or a role may do. */
export interface Grants {
  /**
   * RAM policy documents, as parsed JSON. Without the list the principal may do everything; with it only
   * what one of the documents allows and none denies, so that an empty list allows nothing.
   */
  readonly policies?: readonly unknown[];
}

/** A role, what it may do, and who may assume it. */
export interface RoleDefinition extends RoleName, Grants {
  /** Its trust policy, as parsed JSON; without one, whoever RAM allows it may assume the role. */
  readonly trustPolicy?: unknown;
}

/** The principals of the local cloud and their keys. */
export interface CredentialStore {
  /**
   * Adds a RAM user with an access key; what is not given is made up. Throws Error for a malformed
   * policy document.
   */
  addUser(user: { accountId: string; userName: string } & Partial<AccessKey> & Grants): AccessKey;
  /** Adds an access key of an account itself; it may do everything but assume roles. */
  addRootKey(root: { accountId: string } & Partial<AccessKey>): AccessKey;
  /**
   * Registers a role, or changes what a registered one may do. An account that has any role registered
   * has only those. Throws Error for a malformed policy document.
   */
  addRole(role: RoleDefinition): void;
  /** Deletes a role: it cannot be assumed any more, and sessions of it may do nothing. */
  removeRole(role: RoleName): void;
  /** Ends the sessions that a role has now, as if their time were over. */
  endSessions(role: RoleName): void;
  /** The trust policy of a role, if it has one. */
  trustPolicyOf(role: RoleName): TrustPolicy | undefined;
  /** Whether the role can be assumed: it is registered, or its account has no registered role. */
  hasRole(role: RoleName): boolean;
  /**
   * Makes temporary credentials of a role, whoever asks for them. A session policy leaves of what the
   * role may do only what it allows itself.
   */
  startSession(
    role: RoleName & { sessionName: string; durationSeconds: number; policy?: PolicyDocument },
  ): SessionCredentials;
  find(accessKeyId: string): Credential | undefined;
  /** The documents that restrict a caller, each list by itself; none for one that may do everything. */
  policiesOf(caller: Caller): readonly (readonly PolicyDocument[])[];
}

export interface CredentialStoreOptions {
  readonly now: () => number;
  readonly randomBytes: (size: number) => Buffer;
}

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A store that lives in memory, shared by the gateway, STS and Function Compute. */
export function createCredentialStore({
  now,
  randomBytes,
}: CredentialStoreOptions): CredentialStore {
  const credentials = new Map<string, Credential>();
  const registeredRoles = new Map<string, Map<string, readonly PolicyDocument[] | undefined>>();
  const removed = new Set<string>();
  const trustPolicies = new Map<string, TrustPolicy | undefined>();
  // Those of users and of sessions.
  const policiesByKey = new Map<string, readonly PolicyDocument[]>();
  const roleIds = new Map<string, string>();

  const randomText = (length: number, alphabet: string) =>
    Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join('');
  const randomId = () => `3${randomText(17, '0123456789')}`;

  const addKey = (key: Partial<AccessKey>, identity: Caller['identity'], accountId: string) => {
    const accessKeyId = key.accessKeyId ?? `LTAI5t${randomText(18, ALPHANUMERIC)}`;
    const accessKeySecret = key.accessKeySecret ?? randomText(30, ALPHANUMERIC);
    if (credentials.has(accessKeyId)) {
      throw new Error(
        `Access key id ${accessKeyId} is already in use; give each user an access key id of its own.`,
      );
    }
    credentials.set(accessKeyId, {
      accessKeyId,
      accessKeySecret,
      caller: { accountId, accessKeyId, identity },
    });
    return { accessKeyId, accessKeySecret };
  };

  return {
    addUser({ accountId, userName, policies, ...key }) {
      const documents = readPolicies(policies, `user ${userName}`);
      const added = addKey(key, { type: 'ram-user', userId: randomId(), userName }, accountId);
      if (documents !== undefined) policiesByKey.set(added.accessKeyId, documents);
      return added;
    },
    addRootKey: ({ accountId, ...key }) => addKey(key, { type: 'root-account' }, accountId),
    addRole({ accountId, roleName, policies, trustPolicy }) {
      const documents = readPolicies(policies, `role ${roleName}`);
      const trust =
        trustPolicy === undefined
          ? undefined
          : parseTrustPolicy(trustPolicy, `The trust policy of role ${roleName}`);
      trustPolicies.set(`${accountId} ${roleName}`, trust);
      const roles = registeredRoles.get(accountId) ?? new Map();
      registeredRoles.set(accountId, roles.set(roleName, documents));
      removed.delete(`${accountId} ${roleName}`);
    },
    removeRole({ accountId, roleName }) {
      const roles = registeredRoles.get(accountId) ?? new Map();
      roles.delete(roleName);
      registeredRoles.set(accountId, roles);
      removed.add(`${accountId} ${roleName}`);
    },
    endSessions({ accountId, roleName }) {
      for (const [id, { caller, session, ...key }] of credentials) {
        const { identity } = caller;
        if (!session || identity.type !== 'assumed-role') continue;
        if (caller.accountId !== accountId || identity.roleName !== roleName) continue;
        credentials.set(id, { ...key, caller, session: { ...session, expiresAt: now() } });
      }
    },
    trustPolicyOf: ({ accountId, roleName }) => trustPolicies.get(`${accountId} ${roleName}`),
    hasRole: ({ accountId, roleName }) => registeredRoles.get(accountId)?.has(roleName) ?? true,
    startSession({ accountId, roleName, sessionName, durationSeconds, policy }) {
      const roleKey = `${accountId} ${roleName}`;
      const roleId = roleIds.get(roleKey) ?? randomId();
      roleIds.set(roleKey, roleId);
      const accessKeyId = `STS.N${randomText(24, ALPHANUMERIC)}`;
      const session: SessionCredentials = {
        accessKeyId,
        accessKeySecret: randomText(44, ALPHANUMERIC),
        securityToken: `CAIS${randomBytes(240).toString('base64')}`,
        expiresAt: now() + durationSeconds * 1000,
        caller: {
          accountId,
          accessKeyId,
          identity: { type: 'assumed-role', roleId, roleName, sessionName },
        },
      };
      const { accessKeySecret, securityToken, expiresAt, caller } = session;
      credentials.set(accessKeyId, {
        accessKeyId,
        accessKeySecret,
        caller,
        session: { securityToken, expiresAt },
      });
      if (policy !== undefined) policiesByKey.set(accessKeyId, [policy]);
      return session;
    },
    find: (accessKeyId) => credentials.get(accessKeyId),
    policiesOf({ accountId, accessKeyId, identity }) {
      const ofRole =
        identity.type !== 'assumed-role'
          ? undefined
          : removed.has(`${accountId} ${identity.roleName}`)
            ? []
            : registeredRoles.get(accountId)?.get(identity.roleName);
      return [ofRole, policiesByKey.get(accessKeyId)].filter((list) => list !== undefined);
    },
  };
}

function readPolicies(
  policies: readonly unknown[] | undefined,
  owner: string,
): readonly PolicyDocument[] | undefined {
  return policies?.map((policy, index) =>
    parsePolicyDocument(policy, `Policy ${index + 1} of ${owner}`),
  );
}
