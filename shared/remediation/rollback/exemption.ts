import type { Deeds } from './deeds';

/** How long the exemption that is offered holds, in days. */
const DAYS = 14;

/**
 * What to add to a policy file so that the next run does not repair again what a rollback took back: YAML
 * for each policy that is concerned, with a ticket to fill in, until two weeks from `now` (milliseconds
 * since 1970).
 */
export function exemptionSnippets(deeds: readonly Deeds[], now: number): string[] {
  const until = new Date(now + DAYS * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
  const groups = new Map<string, Set<string>>();
  for (const { id, findings } of deeds) {
    for (const { policyId, status } of findings) {
      if (status !== 'violating') continue;
      groups.set(policyId, (groups.get(policyId) ?? new Set()).add(id));
    }
  }
  const reason = `rollback of ${deeds[0]?.runId ?? ''}`;
  return [...groups].map(([policyId, ids]) =>
    [
      `  - id: ${policyId}`,
      '    exempt:',
      `      - { groups: [${[...ids].sort().join(', ')}], reason: ${reason}, ticket: TICKET, until: ${until} }`,
    ].join('\n'),
  );
}
