import { EventQueue } from './event-queue';

/** One call of the enforce function: some groups of one account and region. */
export interface FleetShard {
  readonly account: string;
  readonly region: string;
  readonly groups: number;
  /** What it may take of the rate of its account and region; absent: it finds out by being throttled. */
  readonly callsPerSecond?: number;
  /** Of its payload. */
  readonly bytes: number;
  /** When it is handed over, in milliseconds. */
  readonly at: number;
}

/** What the platform allows. */
export interface FleetLimits {
  /** Instances at once. */
  readonly instances: number;
  /** Calls of one API in each second by the clock, for each account and region. */
  readonly callsPerSecond: number;
  readonly timeoutMs: number;
  readonly payloadBytes: number;
}

/** What the work takes, in milliseconds. */
export interface FleetCosts {
  /** Until a new instance is ready. */
  readonly coldStart: number;
  /** One call of ECS. */
  readonly call: number;
  /** Judging a group, on the CPU that an instance has. */
  readonly group: number;
  /** Of each shard, besides its groups. */
  readonly shard: number;
  /** One record's link, which nobody else can write meanwhile. */
  readonly link: number;
}

/** How an instance goes about its shard. */
export interface FleetManner {
  /** Groups at the same time. */
  readonly concurrency: number;
  /** Attempts at one call before the group stays unread. */
  readonly attempts: number;
}

/** What came of it. */
export interface FleetOutcome {
  /** Until the last record, in milliseconds. */
  readonly ms: number;
  readonly read: number;
  /** Groups whose every attempt was throttled. */
  readonly unread: number;
  readonly calls: number;
  readonly throttled: number;
  readonly invocations: number;
  /** That instances were at work, in milliseconds. */
  readonly functionMs: number;
  readonly mostInstances: number;
}

/** Sees everything that happens, in the order of its time in milliseconds. */
export interface FleetWatcher {
  onCall?(place: string, at: number, isThrottled: boolean): void;
  onInstances?(busy: number, at: number): void;
}

/** The first wait after a throttled call is at most this long, and the ceiling doubles up to the second. */
const WAIT_CEILINGS_MS = [2_000, 20_000] as const;
/** Of the timeout: an instance takes no further group after that. */
const TIMEOUT_SHARE = 0.9;

interface Work {
  readonly shard: FleetShard;
  readonly place: string;
  readonly startedAt: number;
  /** Slots that have not come to their end. */
  slots: number;
  left: number;
  finished: number;
  cpuFreeAt: number;
  nextCallAt: number;
}

type FleetEvent =
  | { readonly kind: 'released'; readonly shard: FleetShard }
  | { readonly kind: 'slot'; readonly work: Work }
  | { readonly kind: 'call'; readonly work: Work; readonly attempt: number }
  | { readonly kind: 'ended'; readonly work: Work };

/**
 * Lets instances work through shards on virtual time: first come, first served, at most as many as there may be.
 * A shard that runs out of time hands the rest on. Throws RangeError for a payload that is too large, and for a
 * shard that reaches its timeout before its first group.
 */
export function simulate(
  shards: readonly FleetShard[],
  limits: FleetLimits,
  costs: FleetCosts,
  manner: FleetManner,
  random: () => number,
  watcher: FleetWatcher = {},
): FleetOutcome {
  const events = new EventQueue<FleetEvent>();
  const waiting: FleetShard[] = [];
  const windows = new Map<string, { second: number; count: number }>();
  let [busy, warm, linkFreeAt, nextWaiting] = [0, 0, 0, 0];
  const sums = { ms: 0, read: 0, unread: 0, calls: 0, throttled: 0, invocations: 0, functionMs: 0 };
  let mostInstances = 0;

  const start = (shard: FleetShard, at: number) => {
    const isWarm = warm > 0;
    if (isWarm) warm -= 1;
    busy += 1;
    mostInstances = Math.max(mostInstances, busy);
    watcher.onInstances?.(busy, at);
    sums.invocations += 1;
    const ready = at + (isWarm ? 0 : costs.coldStart);
    const slots = Math.min(manner.concurrency, shard.groups);
    const place = `${shard.account}/${shard.region}`;
    const times = { startedAt: at, cpuFreeAt: ready, nextCallAt: ready };
    const work: Work = { shard, place, slots, left: shard.groups, finished: 0, ...times };
    for (let slot = 0; slot < slots; slot += 1) events.put(ready, { kind: 'slot', work });
  };
  const startWaiting = (at: number) => {
    while (busy < limits.instances) {
      const shard = waiting[nextWaiting];
      if (!shard) return;
      nextWaiting += 1;
      start(shard, at);
    }
  };
  const isOutOfTime = ({ startedAt }: Work, at: number) =>
    at - startedAt > limits.timeoutMs * TIMEOUT_SHARE;
  const endSlot = (work: Work, at: number) => {
    work.slots -= 1;
    if (work.slots > 0) return;
    const end = Math.max(at + costs.shard, linkFreeAt) + costs.link;
    linkFreeAt = end;
    events.put(end, { kind: 'ended', work });
  };
  /** One call of a group; the slot goes on to the next group when this one has been judged. */
  const call = (work: Work, attempt: number, at: number) => {
    const window = windows.get(work.place) ?? { second: -1, count: 0 };
    windows.set(work.place, window);
    const second = Math.floor(at / 1000);
    if (window.second !== second) Object.assign(window, { second, count: 0 });
    sums.calls += 1;
    const isThrottled = window.count >= limits.callsPerSecond;
    watcher.onCall?.(work.place, at, isThrottled);
    if (!isThrottled) {
      window.count += 1;
      work.cpuFreeAt = Math.max(work.cpuFreeAt, at + costs.call) + costs.group;
      work.finished += 1;
      sums.read += 1;
      events.put(work.cpuFreeAt, { kind: 'slot', work });
      return;
    }
    sums.throttled += 1;
    if (attempt >= manner.attempts) {
      sums.unread += 1;
      work.finished += 1;
      events.put(at + costs.call, { kind: 'slot', work });
      return;
    }
    const [first, highest] = WAIT_CEILINGS_MS;
    const wait = random() * Math.min(first * 2 ** (attempt - 1), highest);
    events.put(at + costs.call + wait, { kind: 'call', work, attempt: attempt + 1 });
  };
  const takeGroup = (work: Work, at: number) => {
    if (work.left === 0 || isOutOfTime(work, at)) return endSlot(work, at);
    work.left -= 1;
    const { callsPerSecond } = work.shard;
    if (callsPerSecond === undefined) return call(work, 1, at);
    const callAt = Math.max(at, work.nextCallAt);
    work.nextCallAt = callAt + 1000 / callsPerSecond;
    events.put(callAt, { kind: 'call', work, attempt: 1 });
  };
  const end = (work: Work, at: number) => {
    busy -= 1;
    warm += 1;
    watcher.onInstances?.(busy, at);
    sums.functionMs += at - work.startedAt;
    sums.ms = Math.max(sums.ms, at);
    if (work.left > 0) {
      if (work.finished === 0) {
        throw new RangeError(
          `a shard of ${work.place} ends before its first group: allow more time`,
        );
      }
      waiting.push({ ...work.shard, groups: work.left, at });
    }
    startWaiting(at);
  };

  for (const shard of shards) {
    if (shard.bytes > limits.payloadBytes) {
      throw new RangeError(`a shard has ${shard.bytes} bytes: at most ${limits.payloadBytes} fit`);
    }
    if (shard.groups > 0) events.put(shard.at, { kind: 'released', shard });
  }
  for (let next = events.take(); next; next = events.take()) {
    const { at, event } = next;
    switch (event.kind) {
      case 'released':
        waiting.push(event.shard);
        startWaiting(at);
        break;
      case 'slot':
        takeGroup(event.work, at);
        break;
      case 'call':
        call(event.work, event.attempt, at);
        break;
      case 'ended':
        end(event.work, at);
        break;
      default:
        event satisfies never;
    }
  }
  return { ...sums, mostInstances };
}
