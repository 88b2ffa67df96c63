import { covered, longestChain, quantile } from './call-times';
import type { Answered, Latency, TimedCall, Variant } from './event-stage';
import type { Wait } from './watched-calls';

/** What somebody else did to a group. */
export type ChangeByHand = 'one rule revoked' | 'six rules revoked' | 'harmless rule added';
/** What an event was about. */
export type Situation = ChangeByHand | 'own repair';

/** What one sort of event took of a variant: medians over its events, times in milliseconds. */
export interface Row {
  readonly variant: Variant;
  readonly situation: Situation;
  /**
   * From the delivery to the answer of the last ECS call, or to the end of the function where nothing
   * was written.
   */
  readonly time: number;
  /** What 95 of 100 events do not exceed. */
  readonly time95: number;
  /** `time` in round trips of ECS. */
  readonly roundTrips: number;
  /** From the delivery to the end of the function, after its last record. */
  readonly ended: number;
  /** Calls an event, on average, by their action. */
  readonly ecsCalls: Readonly<Record<string, number>>;
  /** Whether every event led to two reads side by side, one write, one read after it, and no other call. */
  readonly isReadWriteRead: boolean;
  /** Absent where calls are not watched from inside. */
  readonly inside?: {
    /** Calls an event, on average, by the method of the store. */
    readonly storeCalls: Readonly<Record<string, number>>;
    /** Until the last answer of ECS: store calls one after another, with no call of ECS meanwhile. */
    readonly storeRounds: number;
    /** How long, until then, nothing but the store was waited for. */
    readonly storeOnly: number;
    /** The time of the function in which no call was waited for. */
    readonly ownCode: number;
    readonly ownCode95: number;
  };
  /** How long the thread was at work: code, SDKs and Node.js, also while calls were under way. */
  readonly busy: number;
}

/** Sums up the answers to one sort of event. */
export function rowOf(
  variant: Variant,
  situation: Situation,
  answers: readonly Answered[],
  latency: Latency,
): Row {
  const over = (share: number, value: (answered: Answered) => number) =>
    rounded(quantile(answers.map(value), share));
  const median = (value: (answered: Answered) => number) => over(0.5, value);
  const time = median(timeOf);
  return {
    variant,
    situation,
    time,
    time95: over(0.95, timeOf),
    roundTrips: rounded(time / latency.ecs),
    ended: median(({ end }) => end),
    ecsCalls: perEvent(answers.map((answered) => ecsCalls(answered).map(({ action }) => action))),
    isReadWriteRead: answers.every(isReadWriteRead),
    ...(variant.handler === 'palisade'
      ? {
          inside: {
            storeCalls: perEvent(
              answers.map((answered) => waits(answered, 'store').map(({ method }) => method)),
            ),
            storeRounds: median((answered) => longestChain(storeAlone(answered))),
            storeOnly: median((answered) => {
              const until = lastEcsAnswer(answered);
              return (
                covered(answered.watched.waits, until) - covered(waits(answered, 'ecs'), until)
              );
            }),
            ownCode: median(ownCode),
            ownCode95: over(0.95, ownCode),
          },
        }
      : {}),
    busy: median(({ watched }) => watched.busy),
  };
}

function ecsCalls({ calls }: Answered): readonly TimedCall[] {
  return calls.filter(({ product }) => product === 'Ecs');
}

function waits({ watched }: Answered, port: Wait['port']): readonly Wait[] {
  return watched.waits.filter((wait) => wait.port === port);
}

function timeOf(answered: Answered): number {
  const calls = ecsCalls(answered);
  return calls.some(({ write }) => write) ? Math.max(...calls.map(({ end }) => end)) : answered.end;
}

function lastEcsAnswer(answered: Answered): number {
  return Math.max(...waits(answered, 'ecs').map(({ end }) => end));
}

/** Store calls before the last answer of ECS during which no call of ECS was under way. */
function storeAlone(answered: Answered): readonly Wait[] {
  const ecs = waits(answered, 'ecs');
  return waits(answered, 'store').filter(
    ({ start, end }) =>
      end <= lastEcsAnswer(answered) && ecs.every((call) => end <= call.start || call.end <= start),
  );
}

function ownCode({ watched }: Answered): number {
  return watched.duration - covered(watched.waits);
}

function isReadWriteRead(answered: Answered): boolean {
  const inOrder = [...waits(answered, 'ecs')].sort((one, other) => one.start - other.start);
  const [first, second, write, readBack] = inOrder;
  if (!first || !second || !write || !readBack || ecsCalls(answered).length !== 4) return false;
  return (
    [first.method, second.method].sort().join() === 'listSecurityGroups,readSecurityGroup' &&
    second.start < first.end &&
    write.method === 'execute' &&
    write.start >= Math.max(first.end, second.end) &&
    readBack.method === 'readSecurityGroup' &&
    readBack.start >= write.end
  );
}

function perEvent(events: readonly (readonly string[])[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of events.flat()) counts[name] = (counts[name] ?? 0) + 1;
  return Object.fromEntries(
    Object.entries(counts).map(([name, count]) => [name, rounded(count / events.length)]),
  );
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}
