import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import chromium from '@sparticuz/chromium';
import { source as axeSource } from 'axe-core';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';
import { buildReport } from '../build-report';
import type { Language } from '../choices';
import type { Report } from '../model';
import { renderReport } from '../render-report';
import { estate, largeEstate } from '../testing/estates';
import { HOUR, START, withRecords } from '../testing/records';

jest.setTimeout(60_000);

let browser: Browser;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'palisade-page-'));
  browser = await playwright.launch({
    // One process for all pages would end with the first page that is closed.
    args: chromium.args.filter((arg) => !['--single-process', '--no-zygote'].includes(arg)),
    executablePath: await chromium.executablePath(),
    headless: true,
  });
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

interface Visit {
  readonly language?: Language;
  readonly colorScheme?: 'light' | 'dark';
  readonly width?: number;
  readonly javaScript?: boolean;
}

/** Shows a report to a test, and fails it for any request, dialog, error or violated policy. */
async function onPage(
  report: Report,
  action: (page: Page) => Promise<void>,
  { language = 'en', colorScheme = 'light', width = 1280, javaScript = true }: Visit = {},
): Promise<void> {
  const file = join(folder, `${language}.html`);
  await writeFile(file, renderReport(report, 'html', language));
  const page = await browser.newPage({
    colorScheme,
    viewport: { width, height: 900 },
    javaScriptEnabled: javaScript,
  });
  page.setDefaultTimeout(60_000);
  const unwanted: string[] = [];
  const address = pathToFileURL(file).href;
  page.on('request', (request) => {
    if (request.url() !== address) unwanted.push(request.url());
  });
  page.on('console', (line) => unwanted.push(line.text()));
  page.on('pageerror', (error) => unwanted.push(error.message));
  page.on('dialog', (dialog) => {
    unwanted.push(dialog.message());
    void dialog.dismiss();
  });
  try {
    await page.goto(address);
    await action(page);
    expect(unwanted).toEqual([]);
  } finally {
    await page.close();
  }
}

async function reportOn(write: Parameters<typeof withRecords>[0]): Promise<Report> {
  let report: Report | undefined;
  await withRecords(async (records) => {
    await write(records);
    report = await buildReport(records, { run: 'latest', now: START + 4 * HOUR });
  });
  if (!report) throw new Error('no report was made');
  return report;
}

const shownGroups = (page: Page) => page.locator('details.group:visible').count();

describe('the page', () => {
  it.each([
    ['en', 'light'],
    ['en', 'dark'],
    ['zh', 'light'],
    ['zh', 'dark'],
  ] as const)('has no serious accessibility problem: %s, %s', async (language, colorScheme) => {
    const report = await reportOn((records) => estate(records));
    await onPage(
      report,
      async (page) => {
        await page.evaluate(
          "document.querySelectorAll('details').forEach((each) => { each.open = true; })",
        );
        await page.evaluate(axeSource);
        const results = (await page.evaluate('axe.run()')) as {
          passes: { id: string }[];
          violations: { id: string; impact: string; nodes: { html: string }[] }[];
        };
        expect(results.passes.map(({ id }) => id)).toContain('color-contrast');
        const serious = results.violations
          .filter(({ impact }) => ['serious', 'critical'].includes(impact))
          .map(({ id, nodes }) => [id, nodes.map((node) => node.html)]);
        expect(serious).toEqual([]);
      },
      { language, colorScheme },
    );
  });

  it.each([320, 768, 1280])('is never wider than the window: %i pixels', async (width) => {
    const report = await reportOn((records) => estate(records));
    await onPage(
      report,
      async (page) => {
        await page.getByRole('button', { name: 'Unfold all' }).click();
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      },
      { width },
    );
  });

  it('says at a glance how things stand, and in words what gets through', async () => {
    const report = await reportOn((records) => estate(records));
    await onPage(report, async (page) => {
      await expect(page.locator('.ring strong').textContent()).resolves.toBe('33.3%');
      await expect(page.locator('.hero .lead').textContent()).resolves.toBe(
        '2 of 6 security groups are compliant',
      );
      const card = page.locator('details.group', { hasText: 'sg-violating' });
      await card.locator('summary').first().click();
      await expect(card.locator('.findings').first().textContent()).resolves.toContain(
        'A TCP packet from the group (source port 50000) reaches 203.0.113.10, port 25.',
      );
      await expect(page.locator('.soon').textContent()).resolves.toBe('3 days left');
    });
  });

  it('tells without script what it tells with it, and offers no filter then', async () => {
    const report = await reportOn((records) => estate(records));
    await onPage(
      report,
      async (page) => {
        expect(await page.locator('form.filters').isVisible()).toBe(false);
        const card = page.locator('details.group', { hasText: 'sg-repaired' });
        expect(await card.locator('tr.added').isVisible()).toBe(false);
        await card.locator('summary').first().click();
        expect(await card.locator('tr.added').textContent()).toContain('25/25');
        expect(await card.textContent()).toContain('REQUEST-1');
      },
      { javaScript: false },
    );
  });

  it('prints what is folded, and not the filters', async () => {
    const report = await reportOn((records) => estate(records));
    await onPage(report, async (page) => {
      await page.emulateMedia({ media: 'print' });
      expect(await page.locator('tr.added').first().isVisible()).toBe(true);
      expect(await page.locator('.ids li').first().isVisible()).toBe(true);
      expect(await page.locator('form.filters').isVisible()).toBe(false);
    });
  });
});

describe('no text becomes markup', () => {
  const HOSTILE = `"><img src=x onerror=alert(1)></style></title></script><script>alert(2)</script>'--><svg onload=alert(3)>\${alert(4)}{{5}}\u202e`;
  const skeleton = `Array.from(document.querySelectorAll('*'), (each) =>
    [each.tagName, ...Array.from(each.attributes, ({ name }) => name)].join(' '))`;

  it.each(['en', 'zh'] as const)('wherever it stands: %s', async (language) => {
    const skeletons: unknown[] = [];
    for (const text of ['harmless', HOSTILE]) {
      const report = await reportOn((records) => estate(records, text));
      await onPage(
        report,
        async (page) => {
          await page.getByRole('button').nth(1).click();
          skeletons.push(await page.evaluate(skeleton));
          expect(await page.locator('main').textContent()).toContain(text.slice(0, 40));
        },
        { language },
      );
    }
    expect(skeletons[1]).toEqual(skeletons[0]);
  });
});

test('what slipped into the file all the same could neither run nor load anything', async () => {
  const report = await reportOn((records) => estate(records));
  let requests = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const page = await browser.newPage();
  try {
    const image = `<img src="http://127.0.0.1:${port}/">`;
    const slipped = `<script>document.title = "slipped in"</script>${image}`;
    const file = join(folder, 'slipped.html');
    const content = renderReport(report, 'html', 'en').replace('<main>', `<main>${slipped}`);
    await writeFile(file, content);
    const refused = page.waitForEvent('requestfailed');
    await page.goto(pathToFileURL(file).href);
    expect((await refused).failure()?.errorText).toBe('csp');
    expect(await page.title()).toMatch(/^Security group compliance/);
    expect(requests).toBe(0);
  } finally {
    await page.close();
    server.close();
  }
});

describe('a page about 5,000 groups', () => {
  it('is found through and filtered, and stays small', async () => {
    const report = await reportOn((records) => largeEstate(records, 5_000));
    const bytes = Buffer.byteLength(renderReport(report, 'html', 'en'));
    expect(bytes / 5_000).toBeLessThan(8_000);
    await onPage(report, async (page) => {
      const output = page.locator('form.filters output');
      await expect(output.textContent()).resolves.toBe('5000 of 5000 groups');
      await page.locator('select[name=verdict]').selectOption('violating');
      await expect(output.textContent()).resolves.toBe('2500 of 5000 groups');
      await page.locator('select[name=region]').selectOption('cn-shanghai');
      await expect(output.textContent()).resolves.toBe('1250 of 5000 groups');
      await page.getByLabel('Search').fill('sg-n00042 no-mail');
      await output.filter({ hasText: /^[01] of/ }).waitFor();
      await expect(output.textContent()).resolves.toBe('1 of 5000 groups');
      expect(await shownGroups(page)).toBe(1);
      await page.getByRole('button', { name: 'Clear filters' }).click();
      await output.filter({ hasText: '5000 of 5000' }).waitFor();
      await page.getByLabel('Search').fill('no such group');
      await page.getByText('No group fits these filters.').waitFor();
      expect(await shownGroups(page)).toBe(0);
    });
  });
});
