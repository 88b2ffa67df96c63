import type { RecordStore } from '../../shared/evidence';
import { summarySchema } from '../../shared/evidence/summary-schema';
import { mapConcurrently } from '../../shared/remediation';
import { findPlan, listHandedOver, summaryKey } from '../../shared/runs';
import type { Unseen } from './model';
import { readOrExplain, type UnreadableRecord } from './read-record';

/** Runs that are read side by side. */
const CONCURRENCY = 8;

/**
 * What runs that were cut into shards within a time (milliseconds since 1970) did not look at: by their
 * summaries, or by their plans while they go on. Throws RecordStoreError.
 */
export async function readUnseen(
  records: RecordStore,
  after: number,
  until: number,
): Promise<{ readonly unseen: Unseen[]; readonly unreadable: UnreadableRecord[] }> {
  const runs = (await listHandedOver(records, after)).filter(({ time }) => time <= until);
  const unreadable: UnreadableRecord[] = [];
  const unseen = await mapConcurrently(runs, CONCURRENCY, async ({ runId, time }) => {
    const about = { runId, time: new Date(time).toISOString() };
    const key = summaryKey(runId);
    if ((await records.get(key)) === undefined) {
      const { unlisted = [] } = (await findPlan(records, runId)) ?? {};
      return unlisted.map(({ place, reason }): Unseen => ({ ...about, what: place, reason }));
    }
    const summary = await readOrExplain(records, key, (text) =>
      summarySchema.parse(JSON.parse(text)),
    );
    if ('key' in summary) {
      unreadable.push(summary);
      return [];
    }
    return [
      ...summary.unlisted.map(({ place, reason }): Unseen => ({ ...about, what: place, reason })),
      ...summary.failures.map(({ part, reason }): Unseen => ({ ...about, what: part, reason })),
    ];
  });
  return { unseen: unseen.flat(), unreadable };
}
