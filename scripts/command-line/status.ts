import { z } from 'zod';
import { parseRunKey, type RecordStore, type VerifiedEnd, verifyEnd } from '../../shared/evidence';
import { demandWithinHour } from '../../shared/remediation';
import { readSettings, readStopSwitch } from '../../shared/runtime';
import { buildReport, NoSuchRunError, type Report } from '../report';
import { ENDING_SOON_DAYS } from '../report/exemptions';
import { EXIT_CODES } from './exit-code';
import { openRecords, type RecordOptions } from './records';
import { showReading } from './report';
import { statusText } from './status-text';

/** Options of `status`. */
export interface StatusOptions extends RecordOptions {
  /** Hours within which a run is recent. */
  readonly recent: number;
  readonly json: boolean;
}

const HOUR_MS = 60 * 60 * 1000;
/** Links of the chain that are checked: enough to notice a record that was just tampered with. */
const LINKS_CHECKED = 50;

/** How an estate stands by its records; keys are stable, because `--json` prints it. */
export interface Status {
  readonly place: string;
  /** Absent: there is no run yet. */
  readonly run?: {
    readonly runId: string;
    readonly startedBy: string;
    readonly endedAt: string;
    readonly isRecent: boolean;
    readonly dryRun: boolean;
    readonly changes: number;
    readonly heldBack: readonly string[];
  };
  readonly totals?: Report['totals'];
  readonly regions: Report['regions'];
  /** Why nothing is changed at the moment; absent: changes are made. */
  readonly stopped?: string;
  /** What runs called for within the hour, and what the last one was bound by. */
  readonly limits: {
    readonly changes: number;
    readonly groups: number;
    readonly maxChanges?: number;
    readonly maxGroups?: number;
  };
  /** How many groups are unknown, and the one that has been for the longest. */
  readonly unknown: {
    readonly groups: number;
    readonly oldest?: {
      readonly regionId: string;
      readonly securityGroupId: string;
      readonly lookedAt: string;
      readonly reason: string;
    };
  };
  readonly exemptionsEndingSoon: Report['exemptions'];
  /** Parts of runs that announced changes without a word of what became of them. */
  readonly interrupted: Report['interrupted'];
  /** What recent runs were to look at and did not. */
  readonly unseen: Report['unseen'];
  /** Records that cannot be understood. */
  readonly unreadable: Report['unreadable'];
  readonly chain: VerifiedEnd;
}

/** Shows how the estate stands. Gives the exit code. */
export async function status(options: StatusOptions): Promise<number> {
  const place = options.records ?? 'out/records';
  const records = await openRecords(options);
  const progress = showReading();
  const found = await statusOf(records, place, {
    recentHours: options.recent,
    now: Date.now(),
    onProgress: progress.onProgress,
  }).finally(progress.stop);
  console.log(options.json ? JSON.stringify(found) : statusText(found));
  return exitCodeOfStatus(found);
}

interface Looking {
  readonly recentHours: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly onProgress: (done: number, total: number) => void;
}

async function statusOf(
  records: RecordStore,
  place: string,
  { recentHours, now, onProgress }: Looking,
): Promise<Status> {
  const [report, stopped, demand, chain] = await Promise.all([
    reportOrNone(records, now, onProgress),
    readStopSwitch(readSettings(process.env).stop, records),
    demandWithinHour(records, now),
    verifyEnd(records, LINKS_CHECKED),
  ]);
  const unknown = report?.groups.filter(({ verdict }) => verdict === 'unknown') ?? [];
  const [oldest] = unknown.toSorted((one, other) => (one.lookedAt < other.lookedAt ? -1 : 1));
  return {
    place,
    ...(report ? { run: runOf(report, recentHours, now), totals: report.totals } : {}),
    regions: report?.regions ?? [],
    ...(stopped === undefined ? {} : { stopped }),
    limits: { ...demand, ...(report ? await limitsOf(records, report.run.runId) : {}) },
    unknown: {
      groups: unknown.length,
      ...(oldest
        ? {
            oldest: {
              regionId: oldest.regionId,
              securityGroupId: oldest.securityGroupId,
              lookedAt: oldest.lookedAt,
              reason:
                oldest.findings.find(({ status }) => status === 'unknown')?.message ??
                'nothing tells what became of its changes',
            },
          }
        : {}),
    },
    exemptionsEndingSoon:
      report?.exemptions.filter(({ daysLeft }) => daysLeft <= ENDING_SOON_DAYS) ?? [],
    interrupted: report?.interrupted ?? [],
    unseen: report?.unseen ?? [],
    unreadable: report?.unreadable ?? [],
    chain,
  };
}

async function reportOrNone(
  records: RecordStore,
  now: number,
  onProgress: Looking['onProgress'],
): Promise<Report | undefined> {
  try {
    return await buildReport(records, { run: 'latest', now, onProgress });
  } catch (error) {
    if (!(error instanceof NoSuchRunError)) throw error;
    // Records that nobody can understand are no reason to say that there are none.
    const keys = await records.list('runs/');
    if (keys.some((key) => parseRunKey(key) !== undefined)) throw error;
    return undefined;
  }
}

function runOf({ run }: Report, recentHours: number, now: number): NonNullable<Status['run']> {
  const { runId, trigger, endedAt, dryRun, changes, heldBack } = run;
  return {
    runId,
    startedBy: trigger.kind,
    endedAt,
    isRecent: now - Date.parse(endedAt) <= recentHours * HOUR_MS,
    dryRun,
    changes,
    heldBack,
  };
}

const limitsRecord = z.object({
  limits: z.object({ maxChanges: z.number(), maxGroups: z.number() }),
});

/** What a run was bound by; nothing if its records do not say. */
async function limitsOf(records: RecordStore, runId: string): Promise<object> {
  try {
    const keys = await records.list(`runs/${runId}/`);
    const key = keys.findLast((each) => parseRunKey(each) !== undefined);
    const text = key === undefined ? undefined : await records.get(key);
    return limitsRecord.parse(JSON.parse(text ?? '')).limits;
  } catch {
    return {};
  }
}

function exitCodeOfStatus(status: Status): number {
  const { run, totals, unseen, interrupted, unreadable, chain } = status;
  const { unknown = 0, violating = 0, unrepairable = 0 } = totals ?? {};
  const isUnsure =
    unseen.length + interrupted.length + unreadable.length + chain.problems.length > 0;
  if (!run?.isRecent || unknown > 0 || isUnsure) return EXIT_CODES.unknown;
  return violating + unrepairable > 0 ? EXIT_CODES.violations : EXIT_CODES.compliant;
}
