import type { AccountId } from '../security-group';
import type { Account, Match, PolicySet } from './policy';
import { matchesWildcard } from './wildcard';

/** What stands in `match` of a loaded policy for the account whose credentials Palisade runs with. */
export const OWN_ACCOUNT = 'own';

/** Another account than that of the own credentials, with the role that is assumed there. */
export type MemberAccount = Account & { readonly role: string };

type PlaceLike = { readonly regionId: string; readonly accountId?: string | undefined };

/** The accounts that a role is to be assumed in. */
export function memberAccounts({ accounts = [] }: PolicySet): readonly MemberAccount[] {
  return accounts.filter((account): account is MemberAccount => account.role !== undefined);
}

/** The account of that id that a role is to be assumed in, if the policies name it. */
export function memberAccount(
  policies: PolicySet,
  accountId: string | undefined,
): MemberAccount | undefined {
  return memberAccounts(policies).find(({ id }) => id === accountId);
}

/** The entry of the account whose credentials Palisade runs with, if there is one. */
export function ownEntry({ accounts = [] }: PolicySet): Account | undefined {
  return accounts.find(({ role }) => role === undefined);
}

/** The accounts to list groups of; `undefined` stands for the one that Palisade runs with. */
export function accountTargets(policies: PolicySet): readonly (AccountId | undefined)[] {
  return (
    policies.accounts?.map(({ id, role }) => (role === undefined ? undefined : id)) ?? [undefined]
  );
}

/** Whether a region of an account, without one of the own, is looked after at all. */
export function isLookedAfter(policies: PolicySet, { regionId, accountId }: PlaceLike): boolean {
  if (policies.accounts === undefined) return accountId === undefined;
  const account = accountId === undefined ? ownEntry(policies) : memberAccount(policies, accountId);
  if (!account) return false;
  return account.regions?.some((region) => matchesWildcard(region, regionId)) ?? true;
}

/** Whether a policy can be about groups of an account, without one of the own. */
export function matchesAccount({ accounts }: Match, accountId: string | undefined): boolean {
  return accounts?.includes(accountId ?? OWN_ACCOUNT) ?? true;
}

/** Groups of the own account carry no account id, and policies that name it must find them. */
export function markOwnAccount(policies: PolicySet): PolicySet {
  const own = ownEntry(policies)?.id;
  if (own === undefined) return policies;
  return {
    ...policies,
    policies: policies.policies.map((policy) => {
      const { accounts } = policy.match;
      if (!accounts?.includes(own)) return policy;
      const marked = accounts.map((id) => (id === own ? OWN_ACCOUNT : id));
      return { ...policy, match: { ...policy.match, accounts: marked } };
    }),
  };
}
