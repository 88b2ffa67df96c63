import type { RecordStore } from '../../shared/evidence';
import { placeName, splitPlaceName } from '../../shared/security-group';
import { exemptionsOf } from './exemptions';
import { type GroupDetails, readDetails } from './group-details';
import type {
  GroupPlace,
  Move,
  Report,
  ReportedGroup,
  ReportedRun,
  TrendPoint,
  UnknownGroup,
} from './model';
import { type OnProgress, type RecordedRun, type RecordedRuns, readRuns } from './read-runs';
import { policyStandings, severityStandings } from './standings';
import { count, type Estate, estateAt, type LastSeen, totalsOf, wideRuns } from './timeline';
import { readUnseen } from './unseen';

/** Runs that the trend shows; more would not be told apart on a page. */
const TREND_RUNS = 60;

export interface ReportOptions {
  /** Id of a run, or `latest`. */
  readonly run: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly onProgress?: OnProgress;
}

/** What was asked for is not among the records. The message says what is, or what to do. */
export class NoSuchRunError extends Error {
  override readonly name = 'NoSuchRunError';
}

/**
 * Tells how an estate stands by the records of all runs up to a run, and what that run changed. `latest`
 * tells how it stands by all records there are; its run is the newest one over the whole estate, for what
 * changed is asked of that, and the smaller runs after it are listed beside it. Throws NoSuchRunError, and
 * RecordStoreError.
 */
export async function buildReport(
  records: RecordStore,
  { run: asked, now, onProgress }: ReportOptions,
): Promise<Report> {
  const recorded = await readRuns(records, onProgress);
  const run = findRun(recorded, asked);
  const end = asked === 'latest' ? Number.POSITIVE_INFINITY : run.time;
  const seen = recorded.runs.filter(({ time }) => time <= end);
  const wide = wideRuns(seen);
  const previous = wide.filter(({ time }) => time < run.time).at(-1);
  const estate = estateAt(recorded, end);
  const before = previous ? estateAt(recorded, previous.time) : undefined;
  const since = seen.filter(({ time }) => previous === undefined || time > previous.time);
  const { details, unreadable } = await readDetails(records, recorded.index, estate, since);
  const { unseen, unreadable: summaries } = await readUnseen(
    records,
    previous ? previous.time + 1 : 0,
    end,
  );
  const groups = reportedGroups(recorded, estate, details);
  const regions = regionsOf(recorded, estate);
  return {
    generatedAt: new Date(now).toISOString(),
    asOf: isoOf(Math.max(...seen.map(({ time }) => time))),
    run: reportedRun(recorded, run),
    ...(previous ? { previous: reportedRun(recorded, previous) } : {}),
    totals: count([...estate.groups.values()].map(({ verdict }) => verdict)),
    ...(before
      ? { totalsBefore: count([...before.groups.values()].map(({ verdict }) => verdict)) }
      : {}),
    regions: regions.map(({ place, groups: inRegion }) => ({
      ...place,
      totals: count(inRegion.map(({ verdict }) => verdict)),
    })),
    policies: policyStandings(run, groups),
    severities: severityStandings(groups),
    moves: before ? movesBetween(recorded, before, estate) : [],
    otherRuns: since.filter((each) => each !== run).map((each) => reportedRun(recorded, each)),
    unknown: groups.filter(({ verdict }) => verdict === 'unknown').map(unknownGroup),
    interrupted: since.flatMap(({ runId, parts }) =>
      parts
        .filter(({ interrupted }) => interrupted)
        .map(({ part, time }) => ({ runId, part, time: isoOf(time) })),
    ),
    unseen,
    unreadable: [...recorded.unreadable, ...unreadable, ...summaries],
    exemptions: exemptionsOf(recorded.index, estate, now),
    trend: wide.slice(-TREND_RUNS).map((each) => trendPoint(recorded, each)),
    groups,
    compliant: regions.map(({ place, groups: inRegion }) => ({
      ...place,
      groups: inRegion
        .filter(({ verdict }) => verdict === 'compliant')
        .map(({ group }) => recorded.index.at(group).securityGroupId)
        .sort(),
    })),
    gone: estate.gone.map(({ group }) => recorded.index.at(group)),
  };
}

function findRun({ runs, unreadable }: RecordedRuns, asked: string): RecordedRun {
  const newest = runs.at(-1);
  if (!newest) {
    const [first] = unreadable;
    throw new NoSuchRunError(
      first
        ? `no record could be understood; ${first.key}: ${first.reason}`
        : 'there are no records of runs here: run "palisade apply" first, or name their place with --records',
    );
  }
  if (asked === 'latest') return wideRuns(runs).at(-1) ?? newest;
  const found = runs.find(({ runId }) => runId === asked);
  if (found) return found;
  const last = runs.slice(-5).map(({ runId }) => runId);
  throw new NoSuchRunError(
    `there is no record of the run "${asked}"; the last ones are ${last.reverse().join(', ')}; or write "latest"`,
  );
}

function reportedRun({ index }: RecordedRuns, run: RecordedRun): ReportedRun {
  const { runId, trigger, dryRun, policyDigest, heldBack, time, groupCount, changes, parts } = run;
  return {
    runId,
    trigger,
    dryRun,
    policyDigest,
    heldBack,
    endedAt: isoOf(time),
    groups: groupCount,
    totals: totalsOf(run, index).left,
    changes,
    isInterrupted: parts.some(({ interrupted }) => interrupted),
  };
}

function trendPoint({ index }: RecordedRuns, run: RecordedRun): TrendPoint {
  return { runId: run.runId, time: isoOf(run.time), ...totalsOf(run, index) };
}

function regionsOf({ index }: RecordedRuns, { groups }: Estate) {
  const regions = new Map<string, LastSeen[]>();
  for (const [number, seen] of groups) {
    const name = placeName(index.at(number));
    const known = regions.get(name);
    if (known) known.push(seen);
    else regions.set(name, [seen]);
  }
  return [...regions]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, inRegion]) => ({ place: splitPlaceName(name), groups: inRegion }));
}

function movesBetween({ index }: RecordedRuns, before: Estate, after: Estate): Move[] {
  return [...after.groups].flatMap(([number, { verdict: to }]): Move[] => {
    const from = before.groups.get(number)?.verdict;
    if (from === to) return [];
    return [{ ...index.at(number), ...(from === undefined ? {} : { from }), to }];
  });
}

/** From the worst to the best. */
const ORDER = ['violating', 'unknown', 'unrepairable', 'exempt', 'compliant'] as const;

function reportedGroups(
  { index }: RecordedRuns,
  { groups }: Estate,
  details: ReadonlyMap<number, GroupDetails>,
): ReportedGroup[] {
  return [...groups]
    .flatMap(([number, { verdict, part, run }]): ReportedGroup[] => {
      const known = details.get(number);
      if (verdict === 'compliant' && !known) return [];
      const { name, findings, acts } = known ?? { name: '', findings: [], acts: [] };
      const lookedAt = isoOf(part.time);
      return [{ ...index.at(number), name, verdict, lookedAt, runId: run.runId, findings, acts }];
    })
    .sort(
      (a, b) =>
        ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) ||
        byPlace(a, b) ||
        (a.securityGroupId < b.securityGroupId ? -1 : 1),
    );
}

function byPlace(a: GroupPlace, b: GroupPlace): number {
  const [one, other] = [placeName(a), placeName(b)];
  return one === other ? 0 : one < other ? -1 : 1;
}

function unknownGroup({ name, findings, ...group }: ReportedGroup): UnknownGroup {
  const reasons = findings.filter(({ status }) => status === 'unknown');
  const { regionId, accountId, securityGroupId } = group;
  const account = accountId === undefined ? {} : { accountId };
  return {
    regionId,
    ...account,
    securityGroupId,
    name,
    reasons: reasons.map(({ message }) => message),
  };
}

function isoOf(time: number): string {
  return new Date(time).toISOString();
}
