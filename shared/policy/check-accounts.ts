import type { Mistake } from './mistake';
import type { PolicyFile } from './schema';

/** Accounts that are named twice, a second own one, and policies for accounts that are not looked after. */
export function checkAccounts({ accounts = [], policies }: PolicyFile): Mistake[] {
  const findings: Mistake[] = [];
  const own = accounts.findIndex(({ role }) => role === undefined);
  accounts.forEach(({ id, role }, index) => {
    const first = accounts.findIndex((account) => account.id === id);
    if (first < index) {
      const message = `"${id}" is taken by accounts[${first}]: name each account once`;
      findings.push({ path: ['accounts', index, 'id'], message });
    }
    if (role === undefined && own < index) {
      const message =
        `has no role, and neither has accounts[${own}]: only the account that Palisade runs with goes ` +
        'without; write the role to assume in this one';
      findings.push({ path: ['accounts', index], message });
    }
  });
  policies.forEach(({ match }, index) => {
    match.accounts?.forEach((id, position) => {
      if (accounts.some((account) => account.id === id)) return;
      const message = `"${id}" is not among accounts: add it there, or leave it out here`;
      findings.push({ path: ['policies', index, 'match', 'accounts', position], message });
    });
  });
  return findings;
}
