import fc from 'fast-check';
import type { GroupResult, ReportedFinding, RunResult, Verdict } from '../../shared/remediation';
import { parseAccountId, parseRegionId, parseSecurityGroupId } from '../../shared/security-group';
import { plainMarkdown } from './markdown';
import { markdownReport } from './markdown-report';
import { textReport } from './text-report';
import { widthOf } from './text-width';

const regionId = parseRegionId('cn-hangzhou');

function finding(message: string): ReportedFinding {
  const base = { policyId: 'no-mail', severity: 'high', mode: 'enforce' } as const;
  return { ...base, status: 'violating', message, changes: [] };
}

function group(
  id: string,
  {
    name = id,
    verdict = 'violating' as Verdict,
    messages = ['TCP 25 gets out'],
    rule = 'text',
  } = {},
): GroupResult {
  const securityGroupId = parseSecurityGroupId(id);
  const parameters = { RegionId: regionId, SecurityGroupId: id };
  return {
    ...{ regionId, securityGroupId, name, verdict, verdictBefore: verdict, changes: 1 },
    findings: verdict === 'compliant' ? [] : messages.map(finding),
    findingsBefore: [],
    calls: [
      {
        call: {
          action: 'ModifySecurityGroupRule',
          regionId,
          securityGroupId,
          parameters: { ...parameters, SecurityGroupRuleId: 'sgr-1', Description: rule },
        } as GroupResult['calls'][number]['call'],
        clientToken: 'token',
        outcome: { status: 'not-sent' },
      },
    ],
  };
}

function result(...groups: GroupResult[]): RunResult {
  return { runId: 'cli-1', groups, heldBack: [] };
}

const plan = { applied: false } as const;
const HOSTILE =
  'a|b `code` @octocat #1 <script> [x](javascript:y) **b** www.evil.test http://evil.test\nnext';

describe('plainMarkdown', () => {
  it('leaves nothing that is markup, mentions anybody or links', () => {
    const safe = plainMarkdown(HOSTILE);
    expect(safe).not.toMatch(/[|`<>[\]*_\n\\]/);
    expect(safe).not.toMatch(/@|#(?!\d+;)|http:\/\/|www\./);
    // What GitHub resolves before it looks for mentions has a space without width behind it.
    expect(safe).toContain('&#64;&#8203;octocat');
    expect(safe).toContain('&#35;&#8203;1');
  });

  it('does so for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(plainMarkdown(text)).not.toMatch(/[|`<>[\]*_\n\\@~]|&(?!#\d+;)|#(?!\d+;)/);
      }),
    );
  });
});

describe('markdownReport', () => {
  it('has a summary, a row for each group with findings and the details of each', () => {
    const text = markdownReport(
      result(
        group('sg-b', { verdict: 'exempt' }),
        group('sg-a'),
        group('sg-c', { verdict: 'compliant' }),
      ),
      [{ regionId, reason: 'Forbidden' }],
      plan,
    );
    expect(text).toContain(
      '**3 groups**: 1 compliant, 1 exempt, 1 violating. **3 changes** to make.',
    );
    expect(text).toContain('> - cn-hangzhou could not be listed: Forbidden');
    const rows = text.split('\n').filter((line) => line.startsWith('| `sg-'));
    expect(rows).toEqual([
      '| `sg-a` | sg-a | cn-hangzhou | violating | 1 | 1 |',
      '| `sg-b` | sg-b | cn-hangzhou | exempt | 1 | 1 |',
    ]);
    expect(text).toContain('- **no-mail** (high): TCP 25 gets out');
    expect(text).toContain('- planned: describe sgr-1 as "text"');
  });

  it('folds the details of a group that are long', () => {
    const messages = Array.from({ length: 20 }, (_, index) => `finding ${index}`);
    const text = markdownReport(
      result(group('sg-long', { messages }), group('sg-short')),
      [],
      plan,
    );
    expect(text.match(/<details>/g)).toHaveLength(1);
    expect(text).toMatch(/<details><summary>sg-long .*<\/summary>\n\n- /);
  });

  it('keeps what anybody wrote in its cell', () => {
    const text = markdownReport(
      result(group('sg-a', { name: HOSTILE, messages: [HOSTILE], rule: HOSTILE })),
      [],
      plan,
    );
    const row = text.split('\n').find((line) => line.startsWith('| `sg-a`')) ?? '';
    expect(row.split('|')).toHaveLength(8);
    expect(text).not.toMatch(/<script|@octocat|\]\(|http:\/\//);
  });

  it('stays below what GitHub takes, whatever there is, and says what was cut', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 600 }),
        (groups, findings, length) => {
          const many = Array.from({ length: groups }, (_, index) =>
            group(`sg-${index}`, {
              name: '|'.repeat(128),
              messages: Array(index < 5 ? findings : 1).fill('@'.repeat(length)),
              rule: '`'.repeat(512),
            }),
          );
          const text = markdownReport(
            { ...result(...many), heldBack: Array(50).fill('<'.repeat(2000)) },
            [],
            plan,
          );
          expect(text.length).toBeLessThanOrEqual(65_536);
          if (groups > 700) expect(text).toContain('cut to fit');
        },
      ),
      { numRuns: 6 },
    );
  });
});

describe('textReport', () => {
  const wide = group('sg-a', {
    name: '安全组'.repeat(30),
    messages: ['安全'.repeat(80), 'word '.repeat(60)],
    rule: '描述'.repeat(50),
  });

  it.each([40, 60, 80, 120])('does not exceed %i columns', (columns) => {
    const verdicts = ['compliant', 'exempt', 'violating', 'unrepairable', 'unknown'] as const;
    const groups = verdicts.map((verdict) => group(`sg-${verdict}`, { verdict }));
    const accountId = parseAccountId('1234567890123456');
    const elsewhere = { ...wide, accountId, verdictBefore: 'unrepairable' as const };
    const text = textReport(
      { ...result(wide, elsewhere, ...groups), heldBack: ['x '.repeat(100)] },
      [],
      {
        ...plan,
        all: true,
        columns,
      },
    );
    for (const line of text.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(columns);
    expect(text).toContain('…');
  });

  it('breaks no line where there is no limit, and prints no control character of a name', () => {
    const name = 'evil\u001b[2Jname\u202e';
    const text = textReport(result(group('sg-a', { name, messages: ['long '.repeat(80)] })), [], {
      ...plan,
      all: true,
    });
    expect(text).toContain('long '.repeat(80).trim());
    expect(text).toContain('evil?[2Jname?');
  });
});
