import { createRateLimiter } from './rate';

/** For tests: an API with a limit in windows of fixed length, and clients that call it as fast as they may. */
export interface Situation {
  /** Calls that each window takes; a function gives them for a time in milliseconds. */
  readonly limit: number | ((time: number) => number);
  readonly windowMs: number;
  /** When each client begins, in seconds. */
  readonly starts: readonly number[];
  readonly seconds: number;
  /** Whether refusals say when the next window begins. */
  readonly retryAfter?: boolean;
  readonly callsPerSecond?: number;
  readonly seed: number;
}

/** One call as the service saw it. */
export interface ServedCall {
  readonly time: number;
  readonly client: number;
  readonly isThrottled: boolean;
}

/** Callers of one client at a time, and how long a call takes on its way. */
const CALLERS = 100;
const [SHORTEST_MS, LONGEST_MS] = [20, 200];

/** For tests: plays a situation through on virtual time and gives the calls in their order. */
export async function simulate(situation: Situation): Promise<ServedCall[]> {
  const { limit, windowMs, starts, seconds, retryAfter, callsPerSecond, seed } = situation;
  const { now, sleep, run } = virtualTime();
  const random = seededRandom(seed);
  const phase = random() * windowMs;
  const calls: ServedCall[] = [];
  let window = -1;
  let count = 0;
  /** Milliseconds until the next window for a call that is too much, 0 for others. */
  const serve = (client: number): number => {
    const time = now();
    const current = Math.floor((time + phase) / windowMs);
    if (current !== window) count = 0;
    window = current;
    const isThrottled = count >= (typeof limit === 'number' ? limit : limit(time));
    if (!isThrottled) count += 1;
    calls.push({ time, client, isThrottled });
    return isThrottled ? (current + 1) * windowMs - phase - time : 0;
  };
  starts.forEach(async (start, client) => {
    await sleep(start * 1000);
    const ceiling = callsPerSecond === undefined ? {} : { callsPerSecond };
    const enter = createRateLimiter({
      now,
      sleep,
      random,
      deadline: Number.POSITIVE_INFINITY,
      ...ceiling,
    });
    const callOnAndOn = async () => {
      for (;;) {
        const turn = await enter('DescribeSecurityGroupAttribute');
        const wayMs = (SHORTEST_MS + random() * (LONGEST_MS - SHORTEST_MS)) / 2;
        await sleep(wayMs);
        const untilNextMs = serve(client);
        await sleep(wayMs);
        turn?.end(untilNextMs > 0 ? 'throttled' : 'accepted', retryAfter ? untilNextMs : 0);
      }
    };
    for (let caller = 0; caller < CALLERS; caller += 1) void callOnAndOn();
  });
  await run(seconds * 1000);
  return calls;
}

/** A clock that jumps from one wake-up to the next, once all that can go on without it has. */
export function virtualTime() {
  let time = 0;
  const waiting = new Map<number, (() => void)[]>();
  const times: number[] = [];
  return {
    now: () => time,
    sleep: (milliseconds: number) =>
      new Promise<void>((wake) => {
        // Whole microseconds, so that many wake up together and the order is that of falling asleep.
        const at = Math.ceil((time + Math.max(milliseconds, 0)) * 1000) / 1000;
        const others = waiting.get(at);
        if (others) others.push(wake);
        else {
          waiting.set(at, [wake]);
          insert(times, at);
        }
      }),
    async run(until: number): Promise<void> {
      for (;;) {
        await new Promise(setImmediate);
        const next = times.at(-1);
        if (next === undefined || next > until) break;
        times.pop();
        time = next;
        for (const wake of waiting.get(next) ?? []) wake();
        waiting.delete(next);
      }
      time = until;
    },
  };
}

/** Keeps times in descending order. */
function insert(times: number[], time: number): void {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) > time) low = middle + 1;
    else high = middle;
  }
  times.splice(low, 0, time);
}

/** Numbers from 0 to under 1, the same for the same seed (the generator mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
