import { digestOf, fieldsOf, LINKS, linkKey, parseLink, sequenceOf } from './link';
import { readInBatches } from './read-in-batches';
import { type RunRecord, recordSchema } from './record-schema';
import { type RecordStore, RecordStoreError } from './record-store';
import { parseRunKey, RUNS, type RunKey } from './run-key';

/** A record of a run as it lies in a store. */
export interface StoredRecord extends RunKey {
  readonly key: string;
  /** SHA-256 of its content. */
  readonly digest: string;
  readonly record: RunRecord;
}

/** A run in few words. */
export interface RunSummary {
  readonly runId: string;
  /** When its first record was written, ISO 8601. */
  readonly time: string;
  readonly trigger: RunRecord['trigger'];
  readonly dryRun: boolean;
  /** Of the last attempt at each part; `changes` of all attempts that came to their end. */
  readonly totals: RunRecord['totals'];
  readonly heldBack: readonly string[];
  readonly records: number;
  /** Whether each record is in the chain with the content that it has. The chain is not verified. */
  readonly isSealed: boolean;
  /** Whether the last attempt at each part has said what became of it. */
  readonly hasEnded: boolean;
}

/** The runs of a store. */
export interface RunList {
  /** The latest first. */
  readonly runs: readonly RunSummary[];
  /** Keys of records that cannot be understood; their runs are listed by the others. */
  readonly unreadable: readonly string[];
}

/** Lists the runs of a store. Throws RecordStoreError if the store cannot be read. */
export async function listRuns(store: RecordStore): Promise<RunList> {
  const keys = await store.list(RUNS);
  const digests = await readLinkedDigests(store);
  const runs = new Map<string, Glance[]>();
  const unreadable: string[] = [];
  // Only what is needed is kept of a record, which may be large.
  for await (const stored of readInBatches(keys, (key) => readRecord(store, key))) {
    if (!stored) continue;
    const { key, runId, part, attempt, step, digest, record } = stored;
    if (!record) {
      unreadable.push(key);
      continue;
    }
    const { time, trigger, dryRun, totals, heldBack } = record;
    const isSealed = digests.get(key) === digest;
    const glance = { part, attempt, step, time, trigger, dryRun, totals, heldBack, isSealed };
    runs.set(runId, [...(runs.get(runId) ?? []), glance]);
  }
  const summaries = [...runs].flatMap(([runId, glances]) => summarize(runId, glances) ?? []);
  return {
    runs: summaries.sort((one, other) => (one.time < other.time ? 1 : -1)),
    unreadable,
  };
}

/**
 * The records of a run in the order they were written; none if there is no such run. Throws
 * RecordStoreError, also for a record that cannot be understood.
 */
export async function readRun(store: RecordStore, runId: string): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  const keys = await store.list(`${RUNS}${runId}/`);
  for await (const stored of readInBatches(keys, (key) => readRecord(store, key))) {
    if (!stored) continue;
    const { record, ...rest } = stored;
    if (!record) throw notUnderstood(stored.key);
    records.push({ ...rest, record });
  }
  return records.sort((one, other) => (one.record.time < other.record.time ? -1 : 1));
}

type Glance = Pick<RunKey, 'part' | 'attempt' | 'step'> &
  Pick<RunRecord, 'time' | 'trigger' | 'dryRun' | 'totals' | 'heldBack'> & {
    readonly isSealed: boolean;
  };

function summarize(runId: string, glances: readonly Glance[]): RunSummary | undefined {
  const inOrder = [...glances].sort((one, other) => (one.time < other.time ? -1 : 1));
  const [first] = inOrder;
  if (!first) return undefined;
  const last = new Map<string, Glance>();
  for (const glance of inOrder) {
    const other = last.get(glance.part);
    const isLater =
      !other ||
      glance.attempt > other.attempt ||
      (glance.attempt === other.attempt && glance.step === 'outcome');
    if (isLater) last.set(glance.part, glance);
  }
  const parts = [...last.values()];
  const sum = (name: keyof RunRecord['totals'], which: readonly Glance[]) =>
    which.reduce((total, { totals }) => total + totals[name], 0);
  return {
    runId,
    time: first.time,
    trigger: first.trigger,
    dryRun: first.dryRun,
    totals: {
      groups: sum('groups', parts),
      changes: sum(
        'changes',
        inOrder.filter(({ step }) => step === 'outcome'),
      ),
      compliant: sum('compliant', parts),
      violating: sum('violating', parts),
      unknown: sum('unknown', parts),
      exempt: sum('exempt', parts),
      unrepairable: sum('unrepairable', parts),
    },
    heldBack: [...new Set(parts.flatMap(({ heldBack }) => heldBack))],
    records: glances.length,
    isSealed: glances.every(({ isSealed }) => isSealed),
    hasEnded: parts.every(({ step }) => step === 'outcome'),
  };
}

/** What the chain says of each record; where it names one twice, the first link counts. */
async function readLinkedDigests(store: RecordStore): Promise<Map<string, string>> {
  const sequences = (await store.list(LINKS)).flatMap((key) => sequenceOf(key) ?? []);
  const digests = new Map<string, string>();
  const read = async (sequence: number) => parseLink((await store.get(linkKey(sequence))) ?? '');
  for await (const link of readInBatches(sequences, read)) {
    if (link && !digests.has(link.record)) digests.set(link.record, link.digest);
  }
  return digests;
}

/** Undefined for what is no record of a run; without `record` if it cannot be understood. */
async function readRecord(
  store: RecordStore,
  key: string,
): Promise<(Omit<StoredRecord, 'record'> & { readonly record?: RunRecord }) | undefined> {
  const runKey = parseRunKey(key);
  const content = runKey && (await store.get(key));
  if (content === undefined || runKey === undefined) return undefined;
  const { data: record } = recordSchema.safeParse(fieldsOf(content));
  return { ...runKey, key, digest: digestOf(content), ...(record ? { record } : {}) };
}

function notUnderstood(key: string): RecordStoreError {
  return new RecordStoreError(
    `the record ${key} cannot be understood: "palisade evidence verify" tells whether it was altered; ` +
      'if not, read it with the version of Palisade that wrote it',
  );
}
