/** Results of runs to give notice of. */
import fc from 'fast-check';
import { loadPolicies } from '../../policy/load';
import {
  type CallResult,
  type GroupResult,
  type Run,
  type RunResult,
  totalsOf,
} from '../../remediation';
import { parseRegionId, parseSecurityGroupId } from '../../security-group';
import { type Notice, type NoticeLink, noticeOf } from '../notice';

export const TIME = Date.parse('2027-03-31T06:00:00Z');

const POLICIES = loadPolicies(
  "version: 1\npolicies: [{ id: no-smtp, kind: deny-egress, mode: enforce, deny: [{ to: ['0.0.0.0/0'], protocol: tcp, ports: [25] }] }]",
  'policies.yaml',
  TIME,
);

export function runOf(fields: Partial<Run> = {}): Run {
  return {
    runId: 'sweep-20270331T060000Z-01234567',
    part: 'whole',
    trigger: { kind: 'timer', id: 'sweep-1', time: '2027-03-31T06:00:00Z' },
    dryRun: false,
    policies: POLICIES,
    limits: { maxChanges: 10, maxGroups: 10 },
    groups: [],
    ...fields,
  };
}

/** A compliant group that nothing was done to. */
export function groupOf(id: string, fields: Partial<GroupResult> = {}): GroupResult {
  return {
    regionId: parseRegionId('cn-hangzhou'),
    securityGroupId: parseSecurityGroupId(id),
    name: 'web',
    verdict: 'compliant',
    verdictBefore: 'compliant',
    findings: [],
    findingsBefore: [],
    calls: [],
    changes: 0,
    before: [],
    ...fields,
  };
}

export function finding(
  status: GroupResult['findings'][number]['status'],
  message = 'TCP 25 gets out',
): GroupResult['findings'][number] {
  return { policyId: 'no-smtp', severity: 'high', mode: 'enforce', status, message, changes: [] };
}

/** A group whose violation was repaired. */
export function repaired(id: string, fields: Partial<GroupResult> = {}): GroupResult {
  return groupOf(id, {
    verdictBefore: 'violating',
    findingsBefore: [finding('violating')],
    changes: 2,
    after: [],
    ...fields,
  });
}

export function callThat(outcome: CallResult['outcome']): CallResult {
  const securityGroupId = parseSecurityGroupId('sg-1');
  const regionId = parseRegionId('cn-hangzhou');
  return {
    call: {
      action: 'AuthorizeSecurityGroupEgress',
      regionId,
      securityGroupId,
      parameters: { RegionId: regionId, SecurityGroupId: securityGroupId, Permissions: [] },
    },
    clientToken: 'token-1',
    outcome,
  };
}

export function resultOf(...groups: GroupResult[]): RunResult {
  return { runId: 'sweep-20270331T060000Z-01234567', groups, heldBack: [] };
}

/** The notice of a run that has something to tell. */
export function tell(
  result: RunResult,
  fields: Partial<Run> = {},
  links: readonly NoticeLink[] = [],
): Notice {
  const notice = noticeOf(runOf(fields), { ...result, totals: totalsOf(result) }, links);
  if (!notice) throw new Error('there is nothing to tell');
  return notice;
}

/** Text as an attacker would choose it for a name, a reason or a requester. */
export const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 600 }),
  fc
    .array(
      fc.constantFrom(
        ...[
          '@all',
          '@所有人',
          '<!channel>',
          '<@U1>',
          '<at id=all></at>',
          '[x](https://evil.example)',
        ],
        ...[
          '\n',
          '\r\n',
          '\u2028',
          '\u202e',
          '\0',
          '# ',
          '> ',
          '- ',
          '**',
          '_',
          '`',
          '~',
          '|',
          '&',
          '"',
        ],
        ...[
          '<https://evil.example|x>',
          '![x](http://evil.example/i.png)',
          '\\',
          'www.evil.example',
          '汉',
        ],
      ),
      { maxLength: 300 },
    )
    .map((parts) => parts.join('')),
);

/** Notices of runs in which every text is hostile, of any size. */
export const hostileNotice: fc.Arbitrary<Notice> = fc
  .record({
    text: hostileText,
    other: hostileText,
    count: fc.integer({ min: 1, max: 22 }),
    reasons: fc.array(hostileText, { maxLength: 30 }),
  })
  .map(({ text, other, count, reasons }) => {
    const many = (prefix: string, fields: Partial<GroupResult>) =>
      Array.from({ length: count }, (_, index) =>
        repaired(`sg-${prefix}${index}`, { name: other, ...fields }),
      );
    const result = resultOf(
      ...many('changed', {}),
      ...many('failed', { unexpected: text }),
      ...many('held', { heldBack: text }),
      ...many('unknown', {
        verdict: 'unknown',
        verdictBefore: 'unknown',
        findings: [finding('unknown', text)],
      }),
    );
    return tell(
      { ...result, heldBack: reasons },
      { trigger: { ...runOf().trigger, kind: 'webhook', by: other, reason: text } },
      [
        { text, url: 'https://palisade.example/report.html' },
        { text: other, url: `https://palisade.example/?${'&'.repeat(950)}` },
        { text, url: `oss://${'b'.repeat(900)}` },
      ],
    );
  });
