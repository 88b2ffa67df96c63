import fc from 'fast-check';
import { describeExemption } from '../../shared/policy';
import { buildReport } from './build-report';
import { readExemption } from './exemptions';
import { group, REGION, withRecords, writeRun } from './testing/records';

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

test('every exemption is told of, as each group was recorded last, the next to end first', async () => {
  const exemption = (id: string, until: string, letsThrough: readonly string[]) => ({
    regionId: REGION,
    securityGroupId: id,
    name: id,
    policyId: 'no-mail',
    reason: 'relay',
    ticket: 'SEC-1',
    until,
    letsThrough: [...letsThrough],
  });
  await withRecords(async (records) => {
    await writeRun(records, 'sweep-1', 1, {
      compliant: ['sg-late', 'sg-over'],
      groups: [group('sg-soon', 'exempt')],
      exemptions: [
        exemption('sg-late', '2026-04-01', []),
        exemption('sg-soon', '2026-03-03', ['TCP 25', 'TCP 26']),
        exemption('sg-over', '2026-02-27', ['TCP 25']),
      ],
    });
    await writeRun(records, 'event-1', 2, { compliant: ['sg-over'] });
    const now = Date.parse('2026-03-01T23:59:00Z');
    const { exemptions } = await buildReport(records, { run: 'latest', now });
    expect(
      exemptions.map(({ securityGroupId, daysLeft, letsThrough }) => [
        securityGroupId,
        daysLeft,
        letsThrough,
      ]),
    ).toEqual([
      ['sg-soon', 2, ['TCP 25', 'TCP 26']],
      ['sg-late', 31, []],
    ]);
  });
});
