import type { RecordStore } from '../evidence';

const HANDED_OVER = 'handed-over/';

/** A run that was cut into parts. */
export interface HandedOver {
  readonly runId: string;
  /** When, in milliseconds since 1970. */
  readonly time: number;
}

/** Notes when a run was cut into parts, so that runs can be found by their time. Throws RecordStoreError. */
export async function noteHandedOver(
  records: RecordStore,
  runId: string,
  parts: number,
  now: number,
): Promise<void> {
  await records.putIfAbsent(`${HANDED_OVER}${now}/${runId}_${parts}`, '');
}

/** The runs that were cut into parts since a time, the earliest first, each once. Throws RecordStoreError. */
export async function listHandedOver(records: RecordStore, since: number): Promise<HandedOver[]> {
  const runs = new Map<string, HandedOver>();
  for (const key of await records.list(HANDED_OVER, `${HANDED_OVER}${since}`)) {
    const [, time, runId] = /^handed-over\/(\d+)\/(.+)_\d+$/.exec(key) ?? [];
    // A sweep that is tried again hands over again.
    if (runId === undefined || runs.has(runId)) continue;
    runs.set(runId, { runId, time: Number(time) });
  }
  return [...runs.values()];
}
