import { memberAccount, ownEntry, type PolicySet } from '../policy';

/**
 * Makes sure that the account which Palisade runs in is the one that the policies take it for: their groups
 * would be judged as those of another account. Throws an Error that says what to correct.
 */
export function checkOwnAccount(policies: PolicySet, accountId: string): void {
  const own = ownEntry(policies);
  if (own && own.id !== accountId) {
    throw new Error(
      `account ${own.id} has no role in the policy file, so that Palisade must run with credentials of it, ` +
        `and these are of account ${accountId}: use others, or write the role to assume in account ${own.id}`,
    );
  }
  const member = memberAccount(policies, accountId);
  if (member) {
    throw new Error(
      `Palisade runs with credentials of account ${accountId}, and the policy file has it assume role ` +
        `${member.role} there: leave the role of this account out`,
    );
  }
}
