import Table from 'cli-table3';
import type { Row } from './event-rows';
import type { Latency } from './event-stage';

const MOST_OWN_CODE_MS = 5;

/** Prints the figures, and which of the aims they meet. */
export function printRows(rows: readonly Row[], latency: Latency, events: number): void {
  console.log(
    `\n${events} events of each sort, one at a time, on a warm instance; ` +
      `a call of ECS takes ${latency.ecs} ms, one of OSS ${latency.oss} ms`,
  );
  const style = { head: [], border: [] };
  const times = new Table({
    head: [
      'handler',
      'event',
      'answered, ms',
      '95%',
      'round trips',
      'ended, ms',
      'ECS calls',
      'store calls',
      'own code, ms',
      '95%',
      'thread, ms',
    ],
    style,
  });
  const calls = new Table({ head: ['handler', 'event', 'ECS', 'store'], style });
  for (const { variant, situation, inside, ...row } of rows) {
    times.push([
      variant.name,
      situation,
      row.time,
      row.time95,
      row.roundTrips,
      row.ended,
      sum(row.ecsCalls),
      inside ? sum(inside.storeCalls) : '-',
      inside?.ownCode ?? '-',
      inside?.ownCode95 ?? '-',
      row.busy,
    ]);
    calls.push([
      variant.name,
      situation,
      list(row.ecsCalls),
      inside ? list(inside.storeCalls) : '-',
    ]);
  }
  console.log(
    `${times.toString()}
answered: from the delivery to the answer of the last ECS call, which of palisade reads back what was
  written; where nothing is written, to the end of the function. round trips: that time in calls of ECS.
own code: when no call was waited for. thread: at work, with the SDKs and Node.js.
${calls.toString()}`,
  );
  for (const row of rows.filter(({ situation }) => situation.endsWith('revoked'))) {
    for (const line of aims(row)) console.log(line);
  }
}

function aims({ variant, situation, isReadWriteRead, inside }: Row): string[] {
  if (!inside) return [];
  const { storeRounds, storeOnly, ownCode } = inside;
  const met = (isMet: boolean) => (isMet ? 'met:    ' : 'not met:');
  return [
    `${variant.name}, ${situation}:`,
    `  ${met(isReadWriteRead)} reads (two side by side), write, read back, and no other ECS call; ` +
      `${storeRounds} store calls one after another until then, ${storeOnly} ms`,
    `  ${met(ownCode < MOST_OWN_CODE_MS)} own code under ${MOST_OWN_CODE_MS} ms at the median: ${ownCode} ms`,
  ];
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function list(counts: Readonly<Record<string, number>>): string {
  const names = Object.entries(counts).map(([name, count]) =>
    count === 1 ? name : `${count} ${name}`,
  );
  return names.join(', ') || 'none';
}
