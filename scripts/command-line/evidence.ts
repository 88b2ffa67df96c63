import type { ChainHead } from '../../shared/evidence';
import { verifyChain } from '../../shared/evidence';
import { listRuns, readRun, type StoredRecord } from '../../shared/evidence/read-runs';
import { showEntries } from './evidence-progress';
import { runText } from './evidence-run-text';
import { runListText, verificationText } from './evidence-text';
import { openRecords } from './records';

/** Options of every `evidence` command. */
export interface EvidenceOptions {
  readonly recordsRegion?: string;
  readonly json: boolean;
}

/** Exit code for records that are not as they were written, or not all in the chain. */
const NOT_INTACT = 2;

/** Verifies the chain at a place. Gives the exit code. */
export async function verify(
  place: string,
  options: EvidenceOptions & { readonly expectHead?: ChainHead },
): Promise<number> {
  const { json, expectHead } = options;
  const progress = showEntries();
  const store = await open(place, options);
  const found = await verifyChain(store, {
    ...(expectHead ? { expectedHead: expectHead } : {}),
    onRead: progress.onRead,
  }).finally(progress.stop);
  // A place that holds nothing is more likely a wrong name than evidence that nothing happened.
  if (found.isIntact && found.entries + found.records === 0) throw nothingAt(place);
  console.log(json ? JSON.stringify({ place, ...found }) : verificationText(place, found));
  return found.isIntact ? 0 : NOT_INTACT;
}

/** Lists the runs at a place. Gives the exit code. */
export async function list(
  place: string,
  options: EvidenceOptions & { readonly all: boolean },
): Promise<number> {
  const found = await listRuns(await open(place, options));
  if (found.runs.length + found.unreadable.length === 0) throw nothingAt(place);
  console.log(options.json ? JSON.stringify(found) : runListText(found, options.all));
  return 0;
}

/** Shows one run. Gives the exit code. */
export async function show(
  runId: string,
  place: string,
  options: EvidenceOptions & { readonly group?: string },
): Promise<number> {
  const { group, json } = options;
  const records = await readRun(await open(place, options), runId);
  if (records.length === 0) {
    throw new Error(
      `there is no run ${runId} in ${place}: "palisade evidence list" shows the runs`,
    );
  }
  const shown = group === undefined ? records : records.map((stored) => onlyGroup(stored, group));
  const isEmpty = shown.every(
    ({ record: { groups, compliant } }) => groups.length + Object.keys(compliant).length === 0,
  );
  if (group !== undefined && isEmpty) {
    throw new Error(`run ${runId} did not look at ${group}: leave --group out to see what it did`);
  }
  console.log(json ? JSON.stringify({ runId, records: shown }) : runText(shown, group));
  return 0;
}

/** A record with what it says of one group. */
function onlyGroup(stored: StoredRecord, id: string): StoredRecord {
  const { compliant, groups } = stored.record;
  const regions = Object.entries(compliant).filter(([, ids]) => ids.includes(id));
  return {
    ...stored,
    record: {
      ...stored.record,
      compliant: Object.fromEntries(regions.map(([regionId]) => [regionId, [id]])),
      groups: groups.filter((group) => group.securityGroupId === id),
    },
  };
}

function open(place: string, { recordsRegion }: EvidenceOptions) {
  return openRecords({ records: place, ...(recordsRegion === undefined ? {} : { recordsRegion }) });
}

function nothingAt(place: string): Error {
  return new Error(`there are no records in ${place}: name the place that a run was given`);
}
