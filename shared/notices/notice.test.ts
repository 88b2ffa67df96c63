import { totalsOf } from '../remediation';
import { parseAccountId } from '../security-group';
import { noticeOf } from './index';
import { layoutOf } from './layout';
import { callThat, finding, groupOf, repaired, resultOf, runOf, tell } from './testing/results';

const lost = { verdict: 'unknown', verdictBefore: 'unknown' } as const;
const failedCall = callThat({ status: 'failed', kind: 'quota', message: 'the group is full' });

describe('there is nothing to tell', () => {
  test.each([
    ['found nothing', resultOf(groupOf('sg-1'))],
    ['found what nobody enforces', resultOf(groupOf('sg-1', { verdict: 'violating' }))],
    ['does not know more than before', resultOf(groupOf('sg-1', lost))],
    ['met a busy group', resultOf(groupOf('sg-1', { heldBack: 'busy', tryAgain: true }))],
    ['looked at nothing', resultOf()],
  ])('when a run %s', (_what, result) => {
    expect(noticeOf(runOf(), { ...result, totals: totalsOf(result) })).toBeUndefined();
  });

  test('when a dry run only says what it would change', () => {
    const result = resultOf(repaired('sg-1'));
    const told = { ...result, totals: totalsOf(result) };
    expect(noticeOf(runOf({ dryRun: true }), told)).toBeUndefined();
  });
});

test('a change is told with what it was for', () => {
  const notice = tell(resultOf(groupOf('sg-0'), repaired('sg-1')));
  expect(notice).toEqual({
    runId: 'sweep-20270331T060000Z-01234567',
    part: 'whole',
    trigger: { kind: 'timer', id: 'sweep-1', time: '2027-03-31T06:00:00Z' },
    dryRun: false,
    totals: {
      groups: 2,
      changes: 2,
      compliant: 2,
      violating: 0,
      unknown: 0,
      exempt: 0,
      unrepairable: 0,
    },
    heldBack: { items: [], more: 0 },
    failedGroups: { items: [], more: 0 },
    heldBackGroups: { items: [], more: 0 },
    changedGroups: {
      items: [
        {
          regionId: 'cn-hangzhou',
          securityGroupId: 'sg-1',
          name: 'web',
          verdictBefore: 'violating',
          verdict: 'compliant',
          changes: 2,
          policies: ['no-smtp'],
        },
      ],
      more: 0,
    },
    unknownGroups: { items: [], more: 0 },
    links: [],
    digest: expect.stringMatching(/^[0-9a-f]{16}$/),
  });
});

describe('a failure is', () => {
  test.each([
    ['a call that was refused', { calls: [failedCall] }, 'the group is full'],
    [
      'a call whose outcome is unknown',
      {
        calls: [callThat({ status: 'unknown', kind: 'unknown-outcome', message: 'no answer' })],
      },
      'no answer',
    ],
    ['an effect that was not planned', { unexpected: 'TCP 80 changed' }, 'TCP 80 changed'],
    [
      'a group that was lost after its change',
      { verdict: 'unknown', findings: [finding('unknown', 'cut off')] },
      'cut off',
    ],
  ] as const)('%s', (_what, fields, reason) => {
    const { failedGroups } = tell(resultOf(repaired('sg-1', fields)));
    expect(failedGroups.items).toMatchObject([{ securityGroupId: 'sg-1', reason }]);
  });

  test('a group that could not be read, also in a dry run', () => {
    const { before: _before, ...unread } = groupOf('sg-1', lost);
    for (const dryRun of [false, true]) {
      const { failedGroups, changedGroups } = tell(resultOf(unread), { dryRun });
      expect(failedGroups.items).toMatchObject([{ reason: 'it could not be read' }]);
      expect(changedGroups.items).toEqual([]);
    }
  });
});

test('a guardrail is always told, whether it holds back a run, a dry run or one group', () => {
  const held = { ...resultOf(groupOf('sg-1')), heldBack: ['too many changes'] };
  for (const dryRun of [false, true]) {
    expect(tell(held, { dryRun }).heldBack.items).toEqual(['too many changes']);
  }
  const { heldBackGroups } = tell(resultOf(groupOf('sg-1', { heldBack: 'the hour is full' })));
  expect(heldBackGroups.items).toMatchObject([{ reason: 'the hour is full' }]);
});

test('unknown groups are told of beside other news, and each only once', () => {
  const { unknownGroups, failedGroups } = tell(
    resultOf(
      repaired('sg-1', { unexpected: 'x' }),
      groupOf('sg-2', { ...lost, findings: [finding('unknown', 'a list was not read')] }),
    ),
  );
  expect(unknownGroups.items).toMatchObject([
    { securityGroupId: 'sg-2', reason: 'a list was not read' },
  ]);
  expect(failedGroups.items).toHaveLength(1);
});

test('of many groups the first are named and the others counted', () => {
  const many = Array.from({ length: 33 }, (_, index) => repaired(`sg-${index}`));
  const { changedGroups } = tell(resultOf(...many));
  expect(changedGroups.items).toHaveLength(20);
  expect(changedGroups.more).toBe(13);
});

test('the same news have the same digest, other news another one', () => {
  const one = repaired('sg-1');
  const two = repaired('sg-2');
  const digest = (...given: Parameters<typeof resultOf>) => tell(resultOf(...given)).digest;
  expect(digest(one, two)).toBe(digest(two, groupOf('sg-3'), one));
  const others = [
    digest(one),
    digest(two),
    digest(repaired('sg-1', { changes: 3 })),
    digest(repaired('sg-1', { calls: [failedCall] })),
    digest(one, two),
  ];
  expect(new Set(others).size).toBe(others.length);
});

test('a call that fails again in other words is no news', () => {
  const digest = (message: string) =>
    tell(
      resultOf(
        groupOf('sg-1', { calls: [callThat({ status: 'failed', kind: 'quota', message })] }),
      ),
    ).digest;
  expect(digest('request 1')).toBe(digest('request 2'));
});

test('links whose address is too long to be of use in half are left out, and more than three', () => {
  const links = ['a', 'b'.repeat(1000), 'c', 'd', 'e'].map((path) => ({
    text: 'report\n',
    url: `https://a.example/${path}`,
  }));
  expect(tell(resultOf(repaired('sg-1')), {}, links).links).toEqual(
    ['a', 'c', 'd'].map((path) => ({ text: 'report', url: `https://a.example/${path}` })),
  );
});

test('groups of another account are told with it, and apart from those of the same region', () => {
  const accountId = parseAccountId('2222333344445555');
  const notice = tell(resultOf(repaired('sg-1'), repaired('sg-2', { accountId })));
  expect(notice?.changedGroups.items.map((group) => group.accountId)).toEqual([
    undefined,
    accountId,
  ]);
  const lines = notice ? layoutOf(notice, true).sections.flatMap((section) => section.lines) : [];
  expect(lines).toEqual([
    expect.stringMatching(/^cn-[a-z]+\/sg-1/),
    expect.stringMatching(/^2222333344445555\/cn-[a-z]+\/sg-2/),
  ]);
});
