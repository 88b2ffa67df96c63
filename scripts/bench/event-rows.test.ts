import { rowOf } from './event-rows';
import type { Answered } from './event-stage';
import type { Wait } from './watched-calls';

const LATENCY = { ecs: 50, oss: 5 };
const PALISADE = { name: 'palisade', handler: 'palisade', store: 'oss' } as const;
const PLAIN = { name: 'plain', handler: 'plain', store: 'folder' } as const;

/** An answer whose function was called at once and saw each call as long as the cloud did. */
function answered(waits: readonly Wait[], duration: number): Answered {
  return {
    calls: waits.map(({ port, method, start, end }) => ({
      product: port === 'ecs' ? 'Ecs' : 'Oss',
      action: method,
      write: method === 'execute',
      start,
      end,
    })),
    end: duration + 1,
    watched: { waits, duration, busy: 3 },
  };
}

const ecs = (method: string, start: number, end: number): Wait => ({
  port: 'ecs',
  method,
  start,
  end,
});
const store = (method: string, start: number, end: number): Wait => ({
  port: 'store',
  method,
  start,
  end,
});

const REPAIR = [
  store('list', 1, 6),
  ecs('listSecurityGroups', 7, 57),
  ecs('readSecurityGroup', 8, 58),
  store('list', 8, 13),
  store('putIfAbsent', 60, 65),
  ecs('execute', 65, 115),
  ecs('readSecurityGroup', 116, 166),
  store('putIfAbsent', 116, 121),
  store('putIfAbsent', 170, 175),
];

test('a repair is timed to the answer of its read back, and its own code is what waits for nothing', () => {
  expect(rowOf(PALISADE, 'one rule revoked', [answered(REPAIR, 180)], LATENCY)).toMatchObject({
    time: 166,
    roundTrips: 3.32,
    ended: 181,
    isReadWriteRead: true,
    ecsCalls: { listSecurityGroups: 1, readSecurityGroup: 2, execute: 1 },
    inside: {
      storeCalls: { list: 2, putIfAbsent: 3 },
      storeRounds: 2,
      storeOnly: 10,
      // 0 to 1, 6 to 7, 58 to 60, 115 to 116, 166 to 170, and 175 to 180.
      ownCode: 14,
    },
  });
});

test('an event that leads to no call is timed to the end of the function', () => {
  expect(rowOf(PALISADE, 'own repair', [answered([], 0.5)], LATENCY)).toMatchObject({
    time: 1.5,
    isReadWriteRead: false,
    ecsCalls: {},
    inside: { storeCalls: {}, storeRounds: 0, storeOnly: 0, ownCode: 0.5 },
  });
});

test.each([
  ['reads one after another', 2, ecs('readSecurityGroup', 57, 59)],
  ['a write before the second read ended', 5, ecs('execute', 57, 115)],
  ['a read back before the write ended', 6, ecs('readSecurityGroup', 114, 166)],
  ['one more read', 8, ecs('readSecurityGroup', 170, 175)],
])('%s is not the shortest way', (_, index, wait) => {
  const isReadWriteRead = (waits: readonly Wait[]) =>
    rowOf(PALISADE, 'one rule revoked', [answered(waits, 180)], LATENCY).isReadWriteRead;
  expect(isReadWriteRead(REPAIR)).toBe(true);
  expect(isReadWriteRead(REPAIR.with(index, wait))).toBe(false);
});

test('medians are over all events, and calls are averages', () => {
  const answers = [20, 10, 30].map((duration) => answered([store('get', 0, 5)], duration));
  const row = rowOf(PALISADE, 'harmless rule added', [...answers, answered([], 40)], LATENCY);
  expect(row).toMatchObject({ time: 21, time95: 41, inside: { storeCalls: { get: 0.75 } } });
});

test('of a handler that is not watched from inside, only what the cloud saw is told', () => {
  const row = rowOf(PLAIN, 'one rule revoked', [answered(REPAIR, 180)], LATENCY);
  expect(row.inside).toBeUndefined();
  expect(row).toMatchObject({ time: 166, busy: 3 });
});
