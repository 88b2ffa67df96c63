import Table from 'cli-table3';
import { simulate } from '../../shared/ecs/simulated-limit';
import { median } from './sweep-rate-rows';

/** How clients without pause used a limit on virtual time; shares are from 0 to 1. */
export interface SimulatedRow {
  readonly clients: number;
  readonly limit: number;
  readonly window: 'second' | 'minute';
  /** Accepted calls relative to the limit, and refused ones to all, in the second half of the time. */
  readonly held: number;
  readonly throttled: number;
  /** The same for the first calls that one client got through, its start included. */
  readonly sweep: { readonly used: number; readonly throttled: number };
  /** Part of the client that got least, in the second half. */
  readonly leastShare: number;
  /** Seconds after the last client came until each first had two thirds of an even part; absent: not at all. */
  readonly evenAfter?: number;
}

/** Limit, length of the window, clients, seconds. Those that come later come after a tenth and a fifth of the time. */
const SITUATIONS: readonly (readonly [number, SimulatedRow['window'], number, number])[] = [
  [5, 'second', 1, 900],
  [10, 'second', 1, 600],
  [50, 'second', 1, 300],
  [100, 'second', 1, 200],
  [500, 'second', 1, 80],
  [100, 'minute', 1, 3_600],
  [300, 'minute', 1, 1_800],
  [1_000, 'minute', 1, 1_800],
  [5, 'second', 2, 1_800],
  [10, 'second', 2, 1_200],
  [50, 'second', 2, 1_800],
  [100, 'second', 2, 1_200],
  [500, 'second', 2, 600],
  [100, 'minute', 2, 7_200],
  [300, 'minute', 2, 3_600],
  [1_000, 'minute', 2, 3_600],
  [10, 'second', 3, 1_200],
  [100, 'second', 3, 900],
  [100, 'minute', 3, 7_200],
  [1_000, 'minute', 3, 3_600],
];
const SEEDS = [1, 2, 3, 4, 5];
/** Calls of a sweep, or those of ten minutes if they are fewer. */
const SWEEP_CALLS = 3_000;
/** Over so long, or two windows if they are longer, parts are compared. */
const EVEN_MS = 60_000;

/** Plays every situation through with several seeds and prints the medians, with the worst in brackets. */
export async function printSimulated(): Promise<readonly (readonly SimulatedRow[])[]> {
  const head = ['clients', 'allowed', 'held', 'throttled', 'first calls', 'throttled'];
  const table = new Table({
    head: [...head, 'least share', 'even after, s'],
    style: { head: [], border: [] },
  });
  const all: SimulatedRow[][] = [];
  for (const situation of SITUATIONS) {
    const rows: SimulatedRow[] = [];
    for (const seed of SEEDS) rows.push(await play(...situation, seed));
    all.push(rows);
    const [limit, window, clients] = situation;
    const figure = (
      of: (row: SimulatedRow) => number,
      worst: (...each: readonly number[]) => number,
    ) => `${percent(median(rows.map(of)))} (${percent(worst(...rows.map(of)))})`;
    const isAlone = clients === 1;
    table.push([
      clients,
      `${limit} a ${window}`,
      figure((row) => row.held, Math.min),
      figure((row) => row.throttled, Math.max),
      isAlone ? figure((row) => row.sweep.used, Math.min) : '',
      isAlone ? figure((row) => row.sweep.throttled, Math.max) : '',
      isAlone ? '' : figure((row) => row.leastShare, Math.min),
      isAlone ? '' : rows.map(({ evenAfter }) => evenAfter ?? 'not').join(' '),
    ]);
  }
  console.log(`
Simulated: clients of 100 callers each, calls take 20 to 200 ms; median of ${SEEDS.length} seeds (the worst)
${table.toString()}
held: in the second half of the time. first calls: the first ${SWEEP_CALLS}, or those of ten minutes, start included. even
  after: how long after the last client came, by seed, each first had two thirds of an even part of a minute or two.`);
  return all;
}

async function play(
  limit: number,
  window: SimulatedRow['window'],
  clients: number,
  seconds: number,
  seed: number,
): Promise<SimulatedRow> {
  const windowMs = window === 'second' ? 1_000 : 60_000;
  const starts = Array.from({ length: clients }, (_, client) => (client * seconds) / 10);
  const calls = await simulate({ limit, windowMs, starts, seconds, seed });
  const perMs = limit / windowMs;
  const within = (from: number, to: number) =>
    calls.filter(({ time }) => time >= from && time < to);
  const half = within(seconds * 500, seconds * 1_000);
  const accepted = half.filter(({ isThrottled }) => !isThrottled);
  const least = (some: typeof calls) =>
    Math.min(...starts.map((_, client) => shareOf(client, some)));

  const wanted = Math.min(SWEEP_CALLS, 600_000 * perMs);
  const end = calls.filter(({ isThrottled }) => !isThrottled)[wanted - 1]?.time ?? seconds * 1_000;
  const sweep = within(0, end);
  const through = sweep.filter(({ isThrottled }) => !isThrottled).length;

  const lengthMs = Math.max(EVEN_MS, 2 * windowMs);
  const lastStart = (starts.at(-1) ?? 0) * 1_000;
  let evenAfter: number | undefined;
  for (let from = lastStart; from + lengthMs <= seconds * 1_000; from += EVEN_MS / 2) {
    const some = within(from, from + lengthMs).filter(({ isThrottled }) => !isThrottled);
    if (least(some) < 2 / 3 / clients) continue;
    evenAfter = (from + lengthMs - lastStart) / 1_000;
    break;
  }
  return {
    clients,
    limit,
    window,
    held: accepted.length / (seconds * 500 * perMs),
    throttled: 1 - accepted.length / half.length,
    sweep: { used: through / (end * perMs), throttled: 1 - through / sweep.length },
    leastShare: least(accepted),
    ...(evenAfter === undefined ? {} : { evenAfter }),
  };
}

const shareOf = (client: number, calls: readonly { readonly client: number }[]) =>
  calls.filter((call) => call.client === client).length / calls.length;

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
