import fc from 'fast-check';
import { seededRandom } from '../generated-rules';
import { EventQueue } from './event-queue';
import { type FleetShard, simulate } from './simulate';

const shard = fc.record({
  account: fc.constantFrom('a', 'b'),
  region: fc.constantFrom('x', 'y'),
  groups: fc.integer({ min: 1, max: 40 }),
  callsPerSecond: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
  bytes: fc.constant(1000),
  at: fc.integer({ min: 0, max: 5000 }),
}) as fc.Arbitrary<FleetShard>;
const limits = fc.record({
  instances: fc.integer({ min: 1, max: 5 }),
  callsPerSecond: fc.integer({ min: 1, max: 30 }),
  timeoutMs: fc.integer({ min: 3000, max: 600_000 }),
  payloadBytes: fc.constant(128 * 1024),
});
const costs = fc.record({
  coldStart: fc.integer({ min: 0, max: 500 }),
  call: fc.integer({ min: 1, max: 200 }),
  group: fc.integer({ min: 0, max: 20 }),
  shard: fc.integer({ min: 0, max: 100 }),
  link: fc.integer({ min: 0, max: 30 }),
});
const manner = fc.record({
  concurrency: fc.integer({ min: 1, max: 8 }),
  attempts: fc.integer({ min: 1, max: 6 }),
});
const whole = { instances: 100, callsPerSecond: 50, timeoutMs: 600_000, payloadBytes: 128 * 1024 };
const usual = { coldStart: 300, call: 50, group: 2, shard: 100, link: 30 };

describe('the simulation of a fleet', () => {
  it('reads every group once or says that it is unread, and hands nothing to two instances', () => {
    fc.assert(
      fc.property(fc.array(shard, { maxLength: 20 }), limits, costs, manner, (...given) => {
        const [shards, allowed, taken, how] = given;
        const outcome = simulate(shards, allowed, taken, how, seededRandom(1));
        const groups = shards.reduce((sum, each) => sum + each.groups, 0);

        expect(outcome.read + outcome.unread).toBe(groups);
        expect(outcome.calls).toBe(outcome.read + outcome.throttled);
        expect(outcome.invocations).toBeGreaterThanOrEqual(shards.length);
      }),
    );
  });

  it('lets no account and region take more than its limit in a second, nor more instances than there may be', () => {
    fc.assert(
      fc.property(fc.array(shard, { maxLength: 20 }), limits, costs, manner, (...given) => {
        const [shards, allowed, taken, how] = given;
        const windows = new Map<string, number>();
        let [last, most] = [0, 0];
        simulate(shards, allowed, taken, how, seededRandom(2), {
          onCall(place, at, isThrottled) {
            expect(at).toBeGreaterThanOrEqual(last);
            last = at;
            const window = `${place} ${Math.floor(at / 1000)}`;
            if (!isThrottled) windows.set(window, (windows.get(window) ?? 0) + 1);
          },
          onInstances(busy, at) {
            expect(at).toBeGreaterThanOrEqual(last);
            last = at;
            most = Math.max(most, busy);
          },
        });

        expect(Math.max(0, ...windows.values())).toBeLessThanOrEqual(allowed.callsPerSecond);
        expect(most).toBeLessThanOrEqual(allowed.instances);
      }),
    );
  });

  it('is never throttled when the shares of an account and region stay below its limit', () => {
    const shards = Array.from({ length: 10 }, (_, index) => ({
      ...{ account: 'a', region: 'x', groups: 100, bytes: 1000, at: index * 7 },
      callsPerSecond: 4.9,
    }));

    const outcome = simulate(
      shards,
      whole,
      usual,
      { concurrency: 8, attempts: 6 },
      seededRandom(3),
    );

    expect(outcome).toMatchObject({ throttled: 0, unread: 0, read: 1000 });
  });

  it('takes as long as the share of the rate says, where nothing else is slower', () => {
    const shards = [
      { account: 'a', region: 'x', groups: 1000, bytes: 9, at: 0, callsPerSecond: 50 },
    ];

    const { ms } = simulate(shards, whole, usual, { concurrency: 8, attempts: 6 }, seededRandom(4));

    expect(ms).toBeCloseTo(300 + 999 * 20 + 50 + 2 + 100 + 30, 3);
  });

  it('refuses a payload that does not fit, and a timeout that lets nothing happen', () => {
    const large = { account: 'a', region: 'x', groups: 1, bytes: 128 * 1024 + 1, at: 0 };
    const run = (shards: readonly FleetShard[], timeoutMs: number) => () =>
      simulate(shards, { ...whole, timeoutMs }, usual, { concurrency: 1, attempts: 1 }, () => 0);

    expect(run([large], 1000)).toThrow('at most 131072 fit');
    expect(run([{ ...large, bytes: 1 }], 100)).toThrow('ends before its first group');
  });
});

describe('a queue of events', () => {
  it('gives them out by their time, and those of one time in the order in which they came', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (times) => {
        const queue = new EventQueue<number>();
        for (const [index, at] of times.entries()) queue.put(at, index);
        const taken = times.map(() => queue.take()?.event);

        expect(queue.take()).toBeUndefined();
        expect(taken).toEqual(
          [...times.keys()].sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b),
        );
      }),
    );
  });
});
