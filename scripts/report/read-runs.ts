import type { RecordStore } from '../../shared/evidence';
import { mapConcurrently } from '../../shared/remediation';
import { placeName, splitPlaceName } from '../../shared/security-group';
import { GroupIndex } from './group-index';
import { readOrExplain, type UnreadableRecord } from './read-record';
import { parseSummary, type RecordedTrigger, type RecordSummary } from './run-record';

/** Records that are read side by side. */
const CONCURRENCY = 8;

/** A part of a run, as its last record tells of it. */
export interface RecordedPart {
  readonly key: string;
  readonly part: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The part announced changes, and nothing says what became of them. */
  readonly interrupted: boolean;
  /** Where its groups are, by placeName. */
  readonly places: readonly string[];
  /** Its groups, packed by GroupIndex. */
  readonly standings: Uint32Array;
  readonly policies: RecordSummary['policies'];
  readonly exemptions: RecordSummary['exemptions'];
}

/** A run that has records. */
export interface RecordedRun {
  readonly runId: string;
  readonly trigger: RecordedTrigger;
  readonly dryRun: boolean;
  readonly policyDigest: string;
  readonly heldBack: readonly string[];
  /** When its last record was written, in milliseconds since 1970. */
  readonly time: number;
  readonly parts: readonly RecordedPart[];
  /** Groups that it looked at. */
  readonly groupCount: number;
  /** Changes that it called for. */
  readonly changes: number;
}

/** All runs that have records, the earliest first. */
export interface RecordedRuns {
  readonly runs: readonly RecordedRun[];
  readonly unreadable: readonly UnreadableRecord[];
  readonly index: GroupIndex;
}

/** Called after each record that was read. */
export type OnProgress = (done: number, total: number) => void;

interface RunKey {
  readonly key: string;
  readonly runId: string;
  readonly part: string;
  readonly attempt: number;
  readonly isOutcome: boolean;
}

/**
 * Reads what every run found, of each part the last outcome. An announcement counts only where no outcome
 * came after it: then the part was interrupted, or is still at work. Of all records together only a few
 * bytes a group stay in memory. Throws RecordStoreError.
 */
export async function readRuns(
  records: RecordStore,
  onProgress: OnProgress = () => {},
): Promise<RecordedRuns> {
  const parts = partsOf((await records.list('runs/')).flatMap(parseKey));
  const index = new GroupIndex();
  const unreadable: UnreadableRecord[] = [];
  const runs = new Map<string, Reading[]>();
  let done = 0;
  await mapConcurrently(parts, CONCURRENCY, async (keys) => {
    const readings: Reading[] = [];
    for (const key of keys) {
      const summary = await readOrExplain(records, key.key, parseSummary);
      if ('reason' in summary) unreadable.push(summary);
      else readings.push(readingOf(key, summary, index));
    }
    const last = readings.sort(byTime).at(-1);
    if (last) runs.set(last.runId, [...(runs.get(last.runId) ?? []), last]);
    done += 1;
    onProgress(done, parts.length);
  });
  return {
    runs: [...runs.values()].map(runOf).sort(byTime),
    unreadable: unreadable.sort((a, b) => (a.key < b.key ? -1 : 1)),
    index,
  };
}

function parseKey(key: string): RunKey[] {
  const match = /^runs\/([^/]+)\/([^/]+)\.(\d+)\.(intent|outcome)\.json$/.exec(key);
  const [, runId, part, attempt, step] = match ?? [];
  if (runId === undefined || part === undefined) return [];
  return [{ key, runId, part, attempt: Number(attempt), isOutcome: step === 'outcome' }];
}

/** The records of each part that can be its last: its outcomes, and announcements without an outcome. */
function partsOf(keys: readonly RunKey[]): RunKey[][] {
  const parts = new Map<string, RunKey[]>();
  for (const key of keys) {
    const name = `${key.runId}/${key.part}`;
    parts.set(name, [...(parts.get(name) ?? []), key]);
  }
  return [...parts.values()].map((all) => {
    const outcomes = new Set(all.flatMap((key) => (key.isOutcome ? [key.attempt] : [])));
    return all.filter((key) => key.isOutcome || !outcomes.has(key.attempt));
  });
}

interface Reading extends RecordedPart {
  readonly runId: string;
  readonly attempt: number;
  readonly heading: Omit<RecordSummary, 'groups' | 'compliant' | 'policies' | 'exemptions'>;
  readonly changes: number;
}

function readingOf(
  { key, attempt, isOutcome }: RunKey,
  { groups, compliant, policies, exemptions, ...heading }: RecordSummary,
  index: GroupIndex,
): Reading {
  const interrupted = !isOutcome;
  const standings = [
    ...Object.entries(compliant).flatMap(([place, ids]) =>
      ids.map((securityGroupId) => {
        const group = { ...splitPlaceName(place), securityGroupId };
        return index.pack(group, 'compliant', 'compliant', false);
      }),
    ),
    ...groups.map(({ verdict, verdictBefore, changes, ...group }) => {
      const isOpen = interrupted && changes > 0;
      const now = isOpen ? 'unknown' : verdict;
      return index.pack(group, now, verdictBefore, changes > 0);
    }),
  ];
  return {
    key,
    runId: heading.runId,
    part: heading.part,
    attempt,
    time: Date.parse(heading.time),
    interrupted,
    places: [...new Set(standings.map((packed) => placeName(index.at(index.groupOf(packed)))))],
    standings: Uint32Array.from(standings),
    policies,
    exemptions,
    heading,
    changes: groups.reduce((sum, group) => sum + group.changes, 0),
  };
}

function runOf(readings: readonly Reading[]): RecordedRun {
  const [first] = readings;
  if (!first)
    throw new Error('a run without parts: this is a defect of Palisade, please report it');
  return {
    runId: first.runId,
    trigger: first.heading.trigger,
    dryRun: first.heading.dryRun,
    policyDigest: first.heading.policyDigest,
    heldBack: [...new Set(readings.flatMap(({ heading }) => heading.heldBack))],
    time: Math.max(...readings.map(({ time }) => time)),
    parts: [...readings].sort((a, b) => (a.part < b.part ? -1 : 1)),
    groupCount: readings.reduce((sum, { standings }) => sum + standings.length, 0),
    changes: readings.reduce((sum, { changes }) => sum + changes, 0),
  };
}

function byTime(
  a: { readonly time: number; readonly attempt?: number; readonly runId: string },
  b: { readonly time: number; readonly attempt?: number; readonly runId: string },
): number {
  return a.time - b.time || (a.attempt ?? 0) - (b.attempt ?? 0) || (a.runId < b.runId ? -1 : 1);
}
