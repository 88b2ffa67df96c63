import type { RecordStore } from '../evidence';
import type { Totals, Trigger } from '../remediation';

/** What a run came to whose parts have all ended, at `runs/RUN/summary.json`. */
export interface Summary {
  readonly version: 1;
  readonly runId: string;
  /** When it was written, ISO 8601. */
  readonly time: string;
  readonly trigger: Trigger;
  readonly dryRun: boolean;
  readonly policyDigest: string;
  /** When the run was cut into parts, ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** The part that ended last, or what else closed the run. */
  readonly closedBy: string;
  readonly parts: {
    /** What the run was cut into; parts that another one was handed on to are not among them. */
    readonly planned: number;
    readonly done: number;
    /** Ended for lack of time, the rest being another part. */
    readonly handedOn: number;
    readonly failed: number;
    /** Nobody knows what became of them. */
    readonly lost: number;
  };
  /** Parts that failed or got lost. */
  readonly failures: readonly {
    readonly part: string;
    readonly groups: number;
    readonly reason: string;
  }[];
  /** Places whose groups could not be listed. */
  readonly unlisted: readonly { readonly place: string; readonly reason: string }[];
  readonly heldBack: readonly string[];
  /** Of the last attempt at each part; groups that no record tells of are unknown. */
  readonly totals: Totals;
}

/** The key of a run's summary. */
export function summaryKey(runId: string): string {
  return `runs/${runId}/summary.json`;
}

/** The summary of a run; undefined while it goes on. Throws RecordStoreError. */
export async function readSummary(
  records: RecordStore,
  runId: string,
): Promise<Summary | undefined> {
  const content = await records.get(summaryKey(runId));
  return content === undefined ? undefined : (JSON.parse(content) as Summary);
}
