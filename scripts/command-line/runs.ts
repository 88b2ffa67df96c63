import { clearScreenDown, moveCursor } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordStore } from '../../shared/evidence';
import { listHandedOver, readProgress, readSummary } from '../../shared/runs';
import { openRecords } from './records';
import { exitCodeOfRuns, type RunView, viewOfProgress, viewOfSummary } from './run-view';
import { runsText, shardsText } from './runs-text';

/** Options of `runs`. */
export interface RunsOptions {
  readonly records: string;
  readonly recordsRegion?: string;
  readonly watch: boolean;
  readonly all: boolean;
  readonly json: boolean;
}

const REFRESH_MS = 1_000;
/** Runs that are looked at, the latest ones. */
const MOST_RUNS = 20;

/** Shows the latest runs, or the shards of one. Gives the exit code. */
export async function runs(runId: string | undefined, options: RunsOptions): Promise<number> {
  const store = await openRecords(options);
  const read = async () =>
    runId === undefined ? latest(store, options) : [await one(store, runId)];
  const show = (views: readonly RunView[]) => {
    if (options.json) return JSON.stringify(runId === undefined ? { runs: views } : views[0]);
    const [first] = views;
    return runId === undefined || !first
      ? runsText(views, options.records, Date.now())
      : shardsText(first, options.all, Date.now());
  };
  const print = options.json || !options.watch ? printChange() : printInPlace();
  let views = await read();
  print(show(views));
  while (options.watch && views.some(({ state }) => state === 'in progress')) {
    await sleep(REFRESH_MS);
    views = await read();
    print(show(views));
  }
  return exitCodeOfRuns(views);
}

async function latest(store: RecordStore, { all }: RunsOptions): Promise<RunView[]> {
  const found = (await listHandedOver(store, 0)).reverse();
  const views: RunView[] = [];
  for (const { runId } of all ? found : found.slice(0, MOST_RUNS)) {
    // The shards of a run that is over are not looked at, however many there were.
    const summary = await readSummary(store, runId);
    const progress = summary ? undefined : await readProgress(store, runId);
    if (summary) views.push(viewOfSummary(summary));
    else if (progress) views.push(viewOfProgress(progress, Date.now()));
  }
  return views;
}

async function one(store: RecordStore, runId: string): Promise<RunView> {
  const progress = await readProgress(store, runId);
  if (progress) return viewOfProgress(progress, Date.now());
  throw new Error(
    `there is no run ${runId} in this place that was cut into shards: "palisade runs" shows them, "palisade evidence show ${runId}" a run that was made whole`,
  );
}

/** Prints a text over the one before it, as far as the terminal shows it; elsewhere only what is new. */
function printInPlace(): (text: string) => void {
  if (!process.stdout.isTTY) return printChange();
  let lines = 0;
  return (text) => {
    if (lines > 0) {
      moveCursor(process.stdout, 0, -lines);
      clearScreenDown(process.stdout);
    }
    const shown = text.split('\n').slice(0, Math.max(process.stdout.rows - 1, 1));
    console.log(shown.join('\n'));
    lines = shown.length;
  };
}

function printChange(): (text: string) => void {
  let last: string | undefined;
  return (text) => {
    if (text !== last) console.log(text);
    last = text;
  };
}
