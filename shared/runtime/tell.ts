import type { RecordStore } from '../evidence';
import {
  type Channel,
  createNotifier,
  type NoticeLog,
  noticeOf,
  parseChannels,
  readRunSoFar,
  type ToldRun,
} from '../notices';
import { type Run, type RunResult, totalsOf } from '../remediation';
import type { Settings } from './settings';

/** Longest time that telling of a run may take. */
const BUDGET_MS = 5_000;
const HANDED_OVER = 'handed-over/';
/** A run that has not come to its end by then has lost a part: no function works for so long. */
const LOST_AFTER_MS = 60 * 60 * 1000;
/** Runs that were handed over longer ago are not looked at any more. */
const FORGOTTEN_AFTER_MS = 8 * 24 * 60 * 60 * 1000;

/** Who is to be told, and what that takes. */
interface Telling {
  readonly settings: Settings;
  readonly records: RecordStore;
  readonly log: NoticeLog;
  readonly now: () => number;
}

/**
 * Tells the channels of the settings of a run that changed or failed something. A run that was cut into
 * parts is told of once, by the part that comes to its end last. Never throws: a repair is not undone by a
 * message that does not arrive, and the log says so.
 */
export async function tellOf(run: Run, result: RunResult, telling: Telling): Promise<void> {
  const channels = channelsOf(telling);
  if (channels.length === 0) return;
  await logged(telling, async () => {
    if (run.parts === undefined) {
      return tell(channels, run, { ...result, totals: totalsOf(result) }, telling);
    }
    const soFar = await readRunSoFar(telling.records, run.runId);
    if (!soFar || soFar.ended < run.parts) return;
    await tell(channels, soFar.run, soFar, telling);
    await telling.records.putIfAbsent(settledKey(run.runId), '');
  });
}

/** Notes that a run was cut into parts, so that it is told of even if one of them gets lost. */
export async function noteHandedOver(
  { runId }: Run,
  parts: number,
  { records, now }: Pick<Telling, 'records' | 'now'>,
): Promise<void> {
  if (parts > 0) await records.putIfAbsent(`${HANDED_OVER}${now()}/${runId}_${parts}`, '');
}

/** Tells of earlier runs of which a part got lost, so that nobody has told of them. Never throws. */
export async function tellOfLostRuns(telling: Telling): Promise<void> {
  const channels = channelsOf(telling);
  if (channels.length === 0) return;
  const { records, now } = telling;
  await logged(telling, async () => {
    const keys = await records.list(HANDED_OVER, `${HANDED_OVER}${now() - FORGOTTEN_AFTER_MS}`);
    for (const key of keys) {
      const [, time, runId, parts] = /^handed-over\/(\d+)\/(.+)_(\d+)$/.exec(key) ?? [];
      if (runId === undefined || Number(time) > now() - LOST_AFTER_MS) continue;
      if ((await records.get(settledKey(runId))) !== undefined) continue;
      const soFar = await readRunSoFar(records, runId);
      const ended = soFar?.ended ?? 0;
      if (soFar && ended >= Number(parts)) continue;
      const reason = `${ended} of ${parts} parts of run ${runId} came to their end: look for the others in the log of the enforce function`;
      telling.log.error({ runId, reason }, 'run got lost');
      if (soFar) {
        const heldBack = [...soFar.heldBack, reason];
        await tell(channels, soFar.run, { ...soFar, heldBack }, telling);
      }
      await records.putIfAbsent(settledKey(runId), '');
    }
  });
}

function settledKey(runId: string): string {
  return `notices/${runId}/settled`;
}

async function tell(
  channels: readonly Channel[],
  run: Pick<Run, 'runId' | 'part' | 'trigger' | 'dryRun'>,
  told: ToldRun,
  { settings: { records: place }, records, log, now }: Telling,
): Promise<void> {
  const links =
    place === undefined ? [] : [{ text: 'Records', url: `${place}/runs/${run.runId}/` }];
  const notice = noticeOf(run, told, links);
  if (!notice) return;
  const sleep = (milliseconds: number) =>
    new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
  const options = { records, log, now, sleep, random: Math.random, budgetMs: BUDGET_MS };
  await createNotifier(channels, options).notify(notice);
}

async function logged({ log }: Telling, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    log.error({ reason: (error as Error).message }, 'nobody could be told');
  }
}

/** A mistake in the setting must not stop a repair. */
function channelsOf({ settings, log }: Telling): readonly Channel[] {
  try {
    return parseChannels(settings.notices ?? '');
  } catch (error) {
    log.error({ reason: (error as Error).message }, 'PALISADE_NOTICES is of no use');
    return [];
  }
}
