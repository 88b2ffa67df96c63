import * as fc from 'fast-check';
import { followSchedule, parseSchedule } from './schedule';

const MINUTE = 60_000;
const next = (expression: string, after: string, startedAt = after) => {
  const at = parseSchedule(expression)(Date.parse(after), Date.parse(startedAt));
  return at === undefined ? undefined : new Date(at).toISOString();
};

describe('a cron expression', () => {
  it.each([
    ['0 0 4 * * *', '2026-03-01T03:59:59.999Z', '2026-03-01T04:00:00.000Z'],
    ['0 0 4 * * *', '2026-03-01T04:00:00.000Z', '2026-03-02T04:00:00.000Z'],
    ['*/15 * * * * *', '2026-03-01T00:00:31.500Z', '2026-03-01T00:00:45.000Z'],
    ['0 30 8 ? * MON-FRI', '2026-02-28T00:00:00.000Z', '2026-03-02T08:30:00.000Z'],
    ['CRON_TZ=Asia/Shanghai 0 0 4 * * *', '2026-03-01T00:00:00.000Z', '2026-03-01T20:00:00.000Z'],
    ['0 0 0 31 2 *', '2026-03-01T00:00:00.000Z', undefined],
  ])('%s fires after %s at %s', (expression, after, expected) => {
    expect(next(expression, after)).toBe(expected);
  });

  it.each([
    '0 4 * * *',
    '0 0 4 * * * *',
    '0 60 4 * * *',
    'CRON_TZ=Nowhere/City 0 0 4 * * *',
    '@every 0m',
    '@every 5s',
    '@daily',
    '',
  ])('%j is refused with what to write instead', (expression) => {
    expect(() => parseSchedule(expression)).toThrow(
      /^cron expression '.*' is wrong \(.*\); write '@every 30m' or six fields/,
    );
  });
});

describe('@every', () => {
  it('counts from the start', () => {
    expect(next('@every 5m', '2026-03-01T00:11:00.000Z', '2026-03-01T00:02:30.000Z')).toBe(
      '2026-03-01T00:12:30.000Z',
    );
    expect(next('@every 2h', '2026-03-01T00:02:30.000Z')).toBe('2026-03-01T02:02:30.000Z');
  });

  it('gives the first whole number of intervals after the start that has not passed', () => {
    const times = fc.record({
      minutes: fc.integer({ min: 1, max: 10_000 }),
      startedAt: fc.integer({ min: 0, max: 4e12 }),
      passed: fc.integer({ min: 0, max: 4e12 }),
    });
    fc.assert(
      fc.property(times, ({ minutes, startedAt, passed }) => {
        const due = parseSchedule(`@every ${minutes}m`)(startedAt + passed, startedAt) ?? NaN;
        expect((due - startedAt) % (minutes * MINUTE)).toBe(0);
        expect(due).toBeGreaterThan(startedAt + passed);
        expect(due - minutes * MINUTE).toBeLessThanOrEqual(startedAt + passed);
      }),
    );
  });
});

describe('following a schedule', () => {
  it('fires no time before it has come, and none that passed while the machine slept', async () => {
    const dues = [1010, 1020, 1030, 1040];
    const fired: number[] = [];
    let time = 1000;
    const now = () => {
      time += 1;
      return time;
    };
    let stop = () => {};
    await new Promise<void>((resolve) => {
      const fire = (at: number) => {
        expect(time).toBeGreaterThanOrEqual(at);
        fired.push(at);
        time += 22;
        if (at === 1040) resolve();
      };
      stop = followSchedule((after) => dues.find((due) => due > after), now, fire);
    });
    stop();
    expect(fired).toEqual([1010, 1040]);
  });

  it('ends when it is stopped, however far away the next time is', async () => {
    const fired: number[] = [];
    const year = 365 * 24 * 60 * MINUTE;
    const stopFar = followSchedule(
      (after) => after + year,
      Date.now,
      (at) => fired.push(at),
    );
    const stopNear = followSchedule(
      (after) => after + 1,
      Date.now,
      (at) => fired.push(at),
    );
    stopFar();
    stopNear();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(fired).toEqual([]);
  });
});
