import type { RecordStore } from '../evidence';
import { type Channel, createNotifier, type NoticeLog, noticeOf, parseChannels } from '../notices';
import type { Run, RunResult } from '../remediation';
import type { Settings } from './settings';

/** Longest time that telling of a run may take. */
const BUDGET_MS = 5_000;

/**
 * Tells the channels of the settings of a run that changed or failed something. Never throws: a repair is
 * not undone by a message that does not arrive, and the log says so.
 */
export async function tellOf(
  run: Run,
  result: RunResult,
  { notices, records: place }: Settings,
  records: RecordStore,
  log: NoticeLog,
): Promise<void> {
  const channels = channelsOf(notices, log);
  const links =
    place === undefined ? [] : [{ text: 'Records', url: `${place}/runs/${run.runId}/` }];
  const notice = channels.length === 0 ? undefined : noticeOf(run, result, links);
  if (!notice) return;
  const sleep = (milliseconds: number) =>
    new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
  await createNotifier(channels, {
    records,
    log,
    now: Date.now,
    sleep,
    random: Math.random,
    budgetMs: BUDGET_MS,
  }).notify(notice);
}

/** A mistake in the setting must not stop a repair. */
function channelsOf(notices: string | undefined, log: NoticeLog): readonly Channel[] {
  try {
    return parseChannels(notices ?? '');
  } catch (error) {
    log.error({ reason: (error as Error).message }, 'PALISADE_NOTICES is of no use');
    return [];
  }
}
