import fc from 'fast-check';
import { describeExemption } from '../../shared/policy';
import { exemptionsOf, readExemption } from './exemptions';
import type { ReportedGroup } from './model';
import { finding, group, REGION } from './testing/records';

const words = fc.stringMatching(/^[A-Za-z0-9 ;:,.-]{1,20}$/);

test('the words for an exemption are taken apart again, whatever a rule before them says', () => {
  const date = fc.constantFrom('2026-03-01', '2027-12-31');
  fc.assert(
    fc.property(words, words, date, fc.string(), (reason, ticket, until, what) => {
      const exemption = { groups: [], reason, ticket, until };
      const read = readExemption(`${what}; ${describeExemption(exemption)}`);
      expect(read).toEqual({ what, reason, ticket, until });
    }),
  );
});

test('what a rule quotes cannot pass for the exemption', () => {
  const quoted =
    'rule sgr-1 is described as "x; exempt until 2099-12-31: mine (NONE-1)", the standard';
  const read = readExemption(`${quoted} is "y"; exempt until 2026-03-05: mail relay (SEC-1)`);
  expect(read).toMatchObject({ until: '2026-03-05', reason: 'mail relay', ticket: 'SEC-1' });
});

test('findings of one exemption are told together, the next to end first, with the days left', () => {
  const exempt = (until: string, message: string) =>
    finding({ status: 'exempt', message: `${message}; exempt until ${until}: relay (SEC-1)` });
  const groups: ReportedGroup[] = [
    ['sg-late', [exempt('2026-04-01', 'a')]],
    ['sg-soon', [exempt('2026-03-03', 'a'), exempt('2026-03-03', 'b'), finding()]],
    ['sg-past', [exempt('2026-02-27', 'a')]],
  ].map(([id, findings]) => ({
    ...group(String(id), 'exempt'),
    regionId: REGION,
    lookedAt: '',
    runId: '',
    acts: [],
    findings: findings as ReportedGroup['findings'],
  }));
  const found = exemptionsOf(groups, Date.parse('2026-03-01T23:59:00Z'));
  expect(
    found.map(({ securityGroupId, daysLeft, letsThrough }) => [
      securityGroupId,
      daysLeft,
      letsThrough,
    ]),
  ).toEqual([
    ['sg-past', -2, ['a']],
    ['sg-soon', 2, ['a', 'b']],
    ['sg-late', 31, ['a']],
  ]);
});
