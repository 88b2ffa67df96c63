import Table from 'cli-table3';
import { quantile } from './call-times';
import type { Served } from './estate';

/** Most that CPU time for each group, and the memory of a worker, may grow over all sizes. */
export const MOST_GROWTH = 1.25;

/** What one shard took of a warm instance. */
export interface ServedShard extends Pick<Served, 'cpuMs' | 'rss' | 'maxRss'> {
  /** Groups that were read. */
  readonly groups: number;
}

/** What was measured with an estate of one size. */
export interface Measured {
  readonly groups: number;
  readonly sweep: Pick<Served, 'cpuMs' | 'ms' | 'maxRss'>;
  readonly shards: number;
  /** Bytes of the largest one. */
  readonly largestShard: number;
  /** Those that were served, all or one of so many. */
  readonly served: readonly ServedShard[];
  /** From the timer to the end of the last shard on the local Function Compute, in milliseconds. */
  readonly throughFunctionsMs?: number;
}

/** The same, summed up. */
export interface ScaleRow {
  readonly groups: number;
  readonly shards: number;
  readonly largestShard: number;
  /** CPU time of sweep for each group, in microseconds; its memory at the most, in MB. */
  readonly sweepUs: number;
  readonly sweepMb: number;
  /** Groups that were judged, and the CPU time of enforce for each in milliseconds: median of shards, and 95 %. */
  readonly judged: number;
  readonly enforceMs: number;
  readonly enforceMs95: number;
  /** Memory of the instance of enforce at the most, in MB. */
  readonly enforceMb: number;
  readonly throughFunctionsSeconds?: number;
}

/** Sums up what an estate took. */
export function scaleRow(measured: Measured): ScaleRow {
  const { groups, sweep, shards, largestShard, served, throughFunctionsMs } = measured;
  const each = served.map((shard) => shard.cpuMs / shard.groups);
  return {
    groups,
    shards,
    largestShard,
    sweepUs: rounded((sweep.cpuMs * 1000) / groups, 0),
    sweepMb: rounded(sweep.maxRss / 1e6, 0),
    judged: served.reduce((sum, shard) => sum + shard.groups, 0),
    enforceMs: rounded(quantile(each, 0.5), 2),
    enforceMs95: rounded(quantile(each, 0.95), 2),
    enforceMb: rounded(Math.max(...served.map(({ maxRss }) => maxRss)) / 1e6, 0),
    ...(throughFunctionsMs === undefined
      ? {}
      : { throughFunctionsSeconds: rounded(throughFunctionsMs / 1000, 1) }),
  };
}

/** What the growth of the estate does to the figures that should not grow: the greatest size by the least. */
export function growthOf(rows: readonly ScaleRow[]) {
  const [least] = rows;
  const greatest = rows.at(-1);
  if (!least || !greatest) throw new RangeError('no sizes have no growth: measure one first');
  const before = rows.at(-2) ?? least;
  return {
    cpu: rounded(greatest.enforceMs / least.enforceMs, 2),
    memory: rounded(greatest.enforceMb / before.enforceMb, 2),
    /** Bytes that the sweep takes at the most for each group more, with those of the regions being listed. */
    bytesAGroup: Math.round(
      ((greatest.sweepMb - before.sweepMb) * 1e6) / Math.max(greatest.groups - before.groups, 1),
    ),
  };
}

/** Prints the figures in a table, and which of the aims they meet. `byHandMs`: CPU time for each group. */
export function printScaleRows(rows: readonly ScaleRow[], byHandMs: number): void {
  const table = new Table({
    head: [
      'groups',
      'shards',
      'largest, kB',
      'sweep: µs a group',
      'MB',
      'enforce: groups',
      'ms a group',
      '95%',
      'MB',
      'by hand',
      'all of it, s',
    ],
    style: { head: [], border: [] },
  });
  for (const row of rows) {
    table.push([
      row.groups,
      row.shards,
      rounded(row.largestShard / 1024, 0),
      row.sweepUs,
      row.sweepMb,
      row.judged,
      row.enforceMs,
      row.enforceMs95,
      row.enforceMb,
      `${byHandMs} (${rounded(byHandMs / row.enforceMs, 1)}x)`,
      row.throughFunctionsSeconds ?? '-',
    ]);
  }
  const { cpu, memory, bytesAGroup } = growthOf(rows);
  const met = (value: number) => (value <= MOST_GROWTH ? 'met:    ' : 'not met:');
  console.log(`
${table.toString()}
sweep, enforce: built functions, each in a process of its own; CPU time of all its threads, memory at the most.
by hand: CPU time for each group of a tool that reads it for each policy. all of it: from the timer to the last
  record, through the local Function Compute in this process. Calls take no time but their own.
${met(cpu)} CPU time for each group grows ${cpu} times from ${rows[0]?.groups} to ${rows.at(-1)?.groups} groups
${met(memory)} memory of a worker grows ${memory} times from ${rows.at(-2)?.groups} to ${rows.at(-1)?.groups} groups
the sweep takes ${bytesAGroup} bytes more for each group more than ${rows.at(-2)?.groups}, with those of the regions being listed`);
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
