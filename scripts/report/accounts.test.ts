import { buildReport } from './build-report';
import type { Report } from './model';
import { renderReport } from './render-report';
import { group, HOUR, REGION, START, withRecords, writeRun } from './testing/records';

const SHOP = '2222333344445555';
const BANK = '6666777788889999';
const inShop = (id: string, verdict: 'violating' | 'compliant') =>
  group(id, verdict, { accountId: SHOP });

const onReport = (action: (report: Report) => void, ...sweeps: readonly (readonly string[])[]) =>
  withRecords(async (records) => {
    await writeRun(records, 'sweep-1', 1, {
      part: 'own',
      compliant: ['sg-a'],
      groups: [group('sg-b', 'violating')],
    });
    const shop = { part: 'shop', groups: [inShop('sg-s', 'violating')] };
    await writeRun(records, 'sweep-1', 1, shop);
    const place = `${BANK}/${REGION}`;
    await writeRun(records, 'sweep-1', 1, { part: 'bank', compliant: ['sg-c'], place });
    for (const [index, places] of sweeps.entries()) {
      for (const part of places) {
        const only =
          part === 'own' ? { compliant: ['sg-a'], groups: [group('sg-b', 'violating')] } : shop;
        const time = new Date(START + (index + 2) * HOUR - 1).toISOString();
        await writeRun(records, `sweep-${index + 2}`, index + 2, {
          ...only,
          part,
          trigger: { time },
        });
      }
    }
    action(await buildReport(records, { run: 'latest', now: START + 9 * HOUR }));
  });

describe('a report on several accounts', () => {
  it('tells the places of each account apart', () =>
    onReport((report) => {
      expect(report.totals).toMatchObject({ groups: 4, compliant: 2, violating: 2 });
      expect(report.regions.map(({ regionId, accountId }) => [accountId, regionId])).toEqual([
        [SHOP, REGION],
        [BANK, REGION],
        [undefined, REGION],
      ]);
      expect(report.compliant.map(({ accountId, groups }) => [accountId, groups])).toEqual([
        [SHOP, []],
        [BANK, ['sg-c']],
        [undefined, ['sg-a']],
      ]);
      expect(
        report.groups.map(({ accountId, securityGroupId }) => [accountId, securityGroupId]),
      ).toEqual([
        [SHOP, 'sg-s'],
        [undefined, 'sg-b'],
      ]);
    }));

  it('keeps the groups of an account that sweeps could not list, although others were in its region', () =>
    onReport(
      (report) => {
        expect(report.gone).toEqual([]);
        expect(report.groups.map(({ securityGroupId }) => securityGroupId)).toContain('sg-s');
      },
      ['own'],
      ['own'],
      ['own'],
    ));

  it('names the account in every format', () =>
    onReport((report) => {
      const [heading, ...rows] = renderReport(report, 'csv', 'en').trim().split('\r\n');
      expect(heading).toMatch(/,account$/);
      expect(rows.map((row) => row.split(',').at(-1))).toEqual([SHOP, '']);
      const [run] = JSON.parse(renderReport(report, 'sarif', 'en')).runs;
      expect(run.results[0].properties.accountId).toBe(SHOP);
      expect(run.results[0].locations[0].logicalLocations[0].fullyQualifiedName).toBe(
        `${SHOP}/${REGION}/sg-s`,
      );
      const events = renderReport(report, 'ocsf', 'en').trim().split('\n');
      const [first, second] = events.map((line) => JSON.parse(line) as { cloud: object });
      expect(first?.cloud).toMatchObject({ account: { uid: SHOP }, region: REGION });
      expect(second?.cloud).not.toHaveProperty('account');
      const page = renderReport(report, 'html', 'en');
      expect(page).toContain(`data-account="${SHOP}"`);
      expect(page).toContain('<option value="own">own account</option>');
      expect(renderReport(report, 'html', 'zh')).toContain('<option value="own">本账号</option>');
    }));

  it('offers no accounts to choose from where there is only one', () =>
    withRecords(async (records) => {
      await writeRun(records, 'sweep-1', 1, { groups: [group('sg-b', 'violating')] });
      const report = await buildReport(records, { run: 'latest', now: START + 2 * HOUR });
      expect(renderReport(report, 'html', 'en')).not.toContain('name="account"');
    }));
});
