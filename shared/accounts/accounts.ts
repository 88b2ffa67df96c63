import { type CredentialsProvider, EcsError, isEcsError } from '../ecs';
import type { MemberAccount } from '../policy';
import type { AccountId } from '../security-group';
import { assumeRole, type Session } from './assume-role';
import type { StsOptions } from './sts';

/** Sessions are renewed so long before they end: longer than a call with all its attempts takes. */
const RENEW_BEFORE_MS = 5 * 60_000;
/** A failure is remembered so long, so that a thousand groups do not ask for it a thousand times. */
const FAILURE_MS = 30_000;

/** Gives the provider of an account's credentials; for an account that is not named it gives errors. */
export type MemberCredentials = (accountId: AccountId) => CredentialsProvider;

/** The accounts to assume roles in, and how STS is reached. */
export interface AccountsOptions extends StsOptions {
  readonly accounts: readonly MemberAccount[];
}

/**
 * Keeps the sessions of some accounts. A role is assumed when it is first needed, once however many ask for
 * it at a time, and again shortly before the session ends or when a service says that it has. If that
 * fails, what is left of the old session is used. The providers throw EcsError.
 */
export function accountsOf(options: AccountsOptions): MemberCredentials {
  const keepers = new Map(
    options.accounts.map((account) => [account.id, keepSession(account, options)]),
  );
  return (accountId) => keepers.get(accountId) ?? (() => Promise.reject(unknownAccount(accountId)));
}

function keepSession(account: MemberAccount, options: StsOptions): CredentialsProvider {
  const { now = Date.now } = options;
  let session: Session | undefined;
  let failed: { readonly error: EcsError; readonly at: number } | undefined;
  let pending: Promise<Session> | undefined;

  const renew = async (): Promise<Session> => {
    try {
      session = await assumeRole(account, options);
      failed = undefined;
      return session;
    } catch (error) {
      if (isEcsError(error)) failed = { error, at: now() };
      throw error;
    } finally {
      pending = undefined;
    }
  };
  return async (expired) => {
    if (expired && expired.accessKeyId === session?.credentials.accessKeyId) session = undefined;
    const left = session ? session.endsAt - now() : 0;
    if (session && left > RENEW_BEFORE_MS) return session.credentials;
    const old = left > 0 ? session : undefined;
    if (failed && now() - failed.at < FAILURE_MS) {
      if (old) return old.credentials;
      throw failed.error;
    }
    pending ??= renew();
    try {
      return (await pending).credentials;
    } catch (error) {
      if (old) return old.credentials;
      throw error;
    }
  };
}

function unknownAccount(accountId: string): EcsError {
  const message = `account ${accountId} is not among accounts of the policy file, so that no role is assumed there: add it`;
  return new EcsError(message, { kind: 'permission', action: 'AssumeRole', attempts: 0 });
}
