import fc from 'fast-check';
import { createRateLimiter, type RateSettings } from './rate';
import { type ServedCall, type Situation, simulate, virtualTime } from './simulated-limit';

const SECOND = 1_000;
const MINUTE = 60_000;
const SEEDS = [1, 2, 4];
/** Calls of a simulation that is long enough to need no second one. */
const MANY_CALLS = 30_000;

// Hours go by in simulation, which takes its time on a busy machine.
jest.setTimeout(90_000);

interface Figures {
  /** Accepted calls relative to what the windows take. */
  readonly rate: number;
  /** Refused calls relative to all. */
  readonly throttled: number;
  /** Part of the accepted calls that the client got which had least, in the worst run. */
  readonly leastShare: number;
}

/** Figures of the calls from a second on, over a few seeds, or one that makes very many calls. */
async function figures(situation: Omit<Situation, 'seed'>, fromSecond: number): Promise<Figures> {
  const { limit, windowMs, seconds, starts } = situation;
  const allowedFrom = (second: number) =>
    (((seconds - second) * 1000) / windowMs) *
    (typeof limit === 'number' ? limit : limit(fromSecond * 1000));
  const seeds = allowedFrom(0) > MANY_CALLS ? SEEDS.slice(0, 1) : SEEDS;
  const runs = await Promise.all(seeds.map((seed) => simulate({ ...situation, seed })));
  const late = runs.map((run) => run.filter(({ time }) => time >= fromSecond * 1000));
  const accepted = late.map((run) => run.filter(({ isThrottled }) => !isThrottled));
  const shares = accepted.flatMap((run) =>
    starts.map((_, client) => run.filter((call) => call.client === client).length / run.length),
  );
  return {
    rate: accepted.flat().length / (allowedFrom(fromSecond) * seeds.length),
    throttled: 1 - accepted.flat().length / late.flat().length,
    leastShare: Math.min(...shares),
  };
}

const throttledIn = (calls: readonly ServedCall[]) =>
  calls.filter(({ isThrottled }) => isThrottled).length;

describe('one client that calls as fast as it may', () => {
  it.each([
    [5, SECOND, 900],
    [10, SECOND, 600],
    [50, SECOND, 300],
    [100, SECOND, 200],
    [500, SECOND, 60],
    [100, MINUTE, 3_600],
    [1_000, MINUTE, 1_200],
  ])(
    'holds nearly 95 %% or more of %d calls in %d ms, with less than 1 %% throttled',
    async (limit, windowMs, seconds) => {
      const found = await figures({ limit, windowMs, starts: [0], seconds }, seconds / 2);

      expect(found.rate).toBeGreaterThanOrEqual(0.94);
      expect(found.throttled).toBeLessThan(0.008);
    },
  );

  it.each([
    [5, 15],
    [100, 40],
    [500, 100],
  ])(
    'finds out about %d calls a second at the cost of at most %d throttled ones',
    async (limit, most) => {
      const situation = { limit, windowMs: SECOND, starts: [0], seconds: 15 };
      const runs = await Promise.all(SEEDS.map((seed) => simulate({ ...situation, seed })));

      for (const calls of runs) expect(throttledIn(calls)).toBeLessThanOrEqual(most);
    },
  );

  it.each([10, 50, 100])(
    'uses 90 %% of %d calls a second in its first half minute, which is throttled little',
    async (limit) => {
      const found = await figures({ limit, windowMs: SECOND, starts: [0], seconds: 30 }, 0);

      expect(found.rate).toBeGreaterThanOrEqual(0.9);
      expect(found.throttled).toBeLessThan(0.03);
    },
  );

  it('is soon as fast as it can be where there is no limit', async () => {
    const situation = { limit: Number.POSITIVE_INFINITY, windowMs: SECOND, starts: [0] };
    const calls = await simulate({ ...situation, seconds: 5, seed: 1 });

    expect(calls[999]?.time).toBeLessThan(3_500);
  });

  it.each([
    [50, SECOND, 300],
    [300, MINUTE, 2_400],
  ])(
    'holds as much of %d calls in %d ms when refusals say how long to wait',
    async (limit, windowMs, seconds) => {
      const situation = { limit, windowMs, starts: [0], seconds, retryAfter: true };
      const found = await figures(situation, seconds / 2);

      expect(found.rate).toBeGreaterThanOrEqual(0.94);
      expect(found.throttled).toBeLessThan(0.01);
    },
  );

  it.each([
    ['falls to half', 100, 50, 30],
    ['falls to a tenth', 200, 20, 90],
    ['doubles', 50, 100, 100],
    ['grows tenfold', 20, 200, 150],
  ])('follows a limit that %s', async (_how, before, after, settled) => {
    const limit = (time: number) => (time < 30_000 ? before : after);
    const seconds = 30 + settled + 60;
    const found = await figures({ limit, windowMs: SECOND, starts: [0], seconds }, 30 + settled);

    expect(found.rate).toBeGreaterThanOrEqual(0.92);
    expect(found.throttled).toBeLessThan(0.01);
  });
});

describe('clients that share a limit', () => {
  it.each([
    [5, SECOND, 3_600],
    [10, SECOND, 1_200],
    [50, SECOND, 1_500],
    [100, SECOND, 900],
    [100, MINUTE, 3_600],
    [300, MINUTE, 2_400],
    [1_000, MINUTE, 3_600],
  ])(
    'of %d calls in %d ms each get a third or nearly so if they are two, whoever came first',
    async (limit, windowMs, seconds) => {
      const starts = [0, seconds / 10 + 7];
      const found = await figures({ limit, windowMs, starts, seconds }, seconds / 2);

      expect(found.leastShare).toBeGreaterThan(0.3);
      expect(found.rate).toBeGreaterThanOrEqual(0.93);
      expect(found.throttled).toBeLessThan(0.013);
    },
  );

  it.each([
    [10, SECOND, 1_200],
    [100, MINUTE, 5_400],
  ])('of %d calls in %d ms do not starve if they are three', async (limit, windowMs, seconds) => {
    const starts = [0, seconds / 10 + 7, seconds / 5 + 21];
    const found = await figures({ limit, windowMs, starts, seconds }, seconds / 2);

    expect(found.leastShare).toBeGreaterThan(0.15);
  });

  it.each([
    [300, MINUTE, 1_230],
    [1_000, MINUTE, 360],
    [50, SECOND, 180],
  ])(
    'of %d calls in %d ms leave a fair part to who comes at second %d, within ten minutes',
    async (limit, windowMs, start) => {
      const situation = { limit, windowMs, starts: [0, start], seconds: start + 900 };
      const found = await figures(situation, start + 600);

      expect(found.leastShare).toBeGreaterThan(0.25);
    },
  );
});

describe('a client that was idle', () => {
  it('does not take the idle time for a sign that more is allowed', async () => {
    const { now, sleep, run } = virtualTime();
    const enter = createRateLimiter(settingsOf(now, sleep));
    let isThrottled = true;
    const times: number[] = [];
    const callFor = async (milliseconds: number) => {
      const end = now() + milliseconds;
      while (now() < end) {
        const turn = await enter('DescribeRegions');
        times.push(now());
        turn?.end(isThrottled && times.length > 20 ? 'throttled' : 'accepted');
        if (times.length > 20) isThrottled = false;
      }
    };
    void callFor(5_000)
      .then(() => sleep(600_000))
      .then(() => callFor(2_000));
    await run(608_000);

    const callsFrom = (time: number) =>
      times.filter((each) => each >= time && each < time + 1_000).length;
    expect(callsFrom(606_000)).toBeLessThan(1.2 * callsFrom(4_000));
  });
});

describe('a ceiling', () => {
  it('holds in every second, and is used up', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 300 }), fc.nat(), async (callsPerSecond, seed) => {
        const { run, times } = calling({ callsPerSecond }, 2_000);
        await run(6_000);
        const offset = seed % 1000;
        for (let from = offset; from < 5_000; from += 250) {
          const inSecond = times.filter((time) => time >= from && time < from + 999.99);
          expect(inSecond.length).toBeLessThanOrEqual(callsPerSecond);
        }
        const lastSecond = times.filter((time) => time >= 5_000);
        expect(lastSecond.length).toBeGreaterThanOrEqual(Math.floor(callsPerSecond * 0.95) - 1);
      }),
      { numRuns: 30, seed: 7 },
    );
  });

  it.each([0, -1, Number.NaN])('of %d is refused', (callsPerSecond) => {
    expect(() => calling({ callsPerSecond }, 0)).toThrow('give a number above 0');
  });
});

describe('callers', () => {
  it('come through in the order in which they came', async () => {
    const { run, order } = calling({}, 100);
    await run(60_000);
    expect(order).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });

  it('of few calls do not wait', async () => {
    const { run, times } = calling({}, 10);
    await run(0);
    expect(times).toHaveLength(10);
  });

  it('whose turn comes after the deadline are told at once', async () => {
    const { run, times, late } = calling({ deadline: 500 }, 100);
    await run(499);
    expect(times.length).toBeGreaterThan(10);
    expect(times.length + late.length).toBe(100);
  });

  it('go on when the one that asks whether the action is open gets no answer', async () => {
    const { now, sleep, run } = virtualTime();
    const enter = createRateLimiter({ ...settingsOf(now, sleep) });
    const passages = ['throttled', 'unknown', 'accepted', 'accepted'] as const;
    const done: string[] = [];
    const call = async () => {
      const turn = await enter('DescribeRegions');
      const passage = passages[done.length] ?? 'accepted';
      done.push(passage);
      turn?.end(passage);
    };
    for (const _ of passages) void call();
    await run(60_000);
    expect(done).toEqual(passages);
  });
});

const settingsOf = (now: RateSettings['now'], sleep: RateSettings['sleep']): RateSettings => ({
  now,
  sleep,
  random: () => 0.5,
  deadline: Number.POSITIVE_INFINITY,
});

/** So many callers at once; every call is accepted at once. */
function calling(settings: Partial<RateSettings>, callers: number) {
  const { now, sleep, run } = virtualTime();
  const enter = createRateLimiter({ ...settingsOf(now, sleep), ...settings });
  const times: number[] = [];
  const order: number[] = [];
  const late: number[] = [];
  const call = async (caller: number) => {
    const turn = await enter('DescribeRegions');
    if (!turn) {
      late.push(caller);
      return;
    }
    times.push(now());
    order.push(caller);
    turn.end('accepted');
  };
  for (let caller = 0; caller < callers; caller += 1) void call(caller);
  return { run, times, order, late };
}
