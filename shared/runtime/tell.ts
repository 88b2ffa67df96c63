import type { RecordStore } from '../evidence';
import {
  type Channel,
  createNotifier,
  type NoticeLog,
  noticeOf,
  parseChannels,
  type ToldRun,
} from '../notices';
import { type Run, type RunResult, totalsOf } from '../remediation';
import { closeRun, listHandedOver, readProgress, readSummary } from '../runs';
import type { Settings } from './settings';

/** Longest time that telling of a run may take. */
const BUDGET_MS = 5_000;
/** A run in which nothing happens for so long has lost a part: no attempt at one takes as long. */
const LOST_AFTER_MS = 60 * 60 * 1000;
/** Runs that were handed over longer ago are not looked at any more. */
const FORGOTTEN_AFTER_MS = 8 * 24 * 60 * 60 * 1000;

/** Who is to be told, and what that takes. */
export interface Telling {
  readonly settings: Settings;
  readonly records: RecordStore;
  readonly log: NoticeLog;
  readonly now: () => number;
}

/**
 * Tells the channels of the settings of a run that was not cut into parts, if it changed or failed something.
 * Never throws: a repair is not undone by a message that does not arrive, and the log says so.
 */
export async function tellOf(run: Run, result: RunResult, telling: Telling): Promise<void> {
  await tell(run, { ...result, totals: totalsOf(result) }, telling);
}

/**
 * Closes a run that was cut into parts, if `part` was the last of them: writes its summary, logs it, and
 * tells of the run, once. Throws RecordStoreError when the summary cannot be written.
 */
export async function closeAfter(part: string, runId: string, telling: Telling): Promise<void> {
  await close(runId, { closedBy: part, now: telling.now() }, telling);
}

/** Closes earlier runs of which a part got lost, so that nobody else has closed them. Never throws. */
export async function closeLostRuns(telling: Telling): Promise<void> {
  const { records, log, now } = telling;
  try {
    for (const { runId, time } of await listHandedOver(records, now() - FORGOTTEN_AFTER_MS)) {
      if (time > now() - LOST_AFTER_MS) continue;
      if ((await readSummary(records, runId)) !== undefined) continue;
      const { lastActivity = time } = (await readProgress(records, runId)) ?? {};
      if (lastActivity > now() - LOST_AFTER_MS) continue;
      log.error({ runId }, 'run got lost');
      await close(runId, { closedBy: 'a later sweep', now: now(), isOverdue: true }, telling);
    }
  } catch (error) {
    log.error({ reason: (error as Error).message }, 'lost runs could not be closed');
  }
}

async function close(
  runId: string,
  closing: Parameters<typeof closeRun>[2],
  telling: Telling,
): Promise<void> {
  const closed = await closeRun(telling.records, runId, closing);
  if (!closed) return;
  const { parts, failures, unlisted, totals, durationMs } = closed.summary;
  const fields = { parts, failures: failures.length, unlisted: unlisted.length, totals };
  telling.log.info({ runId, ...fields, durationMs }, 'run done');
  await tell(closed.run, closed.told, telling);
}

async function tell(
  run: Pick<Run, 'runId' | 'part' | 'trigger' | 'dryRun'>,
  told: ToldRun,
  telling: Telling,
): Promise<void> {
  const { settings, records, log, now } = telling;
  const channels = channelsOf(telling);
  if (channels.length === 0) return;
  const { records: place } = settings;
  const links =
    place === undefined ? [] : [{ text: 'Records', url: `${place}/runs/${run.runId}/` }];
  const sleep = (milliseconds: number) =>
    new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
  try {
    const notice = noticeOf(run, told, links);
    if (!notice) return;
    const options = { records, log, now, sleep, random: Math.random, budgetMs: BUDGET_MS };
    await createNotifier(channels, options).notify(notice);
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
