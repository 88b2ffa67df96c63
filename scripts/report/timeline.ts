import { placeName } from '../../shared/security-group';
import type { GroupIndex, Standing } from './group-index';
import type { RecordedPart, RecordedRun, RecordedRuns } from './read-runs';
import { VERDICTS, type Verdict } from './run-record';

/** How many groups stand how. */
export type Totals = Readonly<Record<Verdict | 'groups', number>>;

/** How a group stands at some time: what the last run left that looked at it. */
export interface LastSeen extends Standing {
  readonly run: RecordedRun;
  readonly part: RecordedPart;
}

/** How the groups of an estate stand at some time. */
export interface Estate {
  /** By number of the group. */
  readonly groups: ReadonlyMap<number, LastSeen>;
  /** Groups that sweeps do not find any more. */
  readonly gone: readonly LastSeen[];
}

/** Sweeps in a row that must miss a group before it counts as gone: one alone may have lost a shard. */
const SWEEPS_WITHOUT = 2;

/**
 * Runs that looked at the whole estate: by timer or command line, at half as many groups as any did. One
 * without policies judged nothing: it is a rollback.
 */
export function wideRuns(runs: readonly RecordedRun[]): RecordedRun[] {
  const candidates = runs.filter(
    ({ trigger, parts }) =>
      ['timer', 'command-line'].includes(trigger.kind) &&
      parts.some(({ policies }) => policies.length > 0),
  );
  const most = candidates.reduce((max, { groupCount }) => Math.max(max, groupCount), 0);
  return candidates.filter(({ groupCount }) => groupCount > 0 && groupCount * 2 >= most);
}

/**
 * How the estate stands at a time (milliseconds since 1970): each group as the last run left it that looked
 * at it until then. A group that the last sweeps of its place did not find any more is gone. A command
 * line may have other policies, so that only one with the same policies counts as a sweep here.
 */
export function estateAt({ runs, index }: RecordedRuns, time: number): Estate {
  const groups = new Map<number, LastSeen>();
  const newestFirst = runs
    .flatMap((run) => run.parts.map((part) => ({ run, part })))
    .filter(({ part }) => part.time <= time)
    .sort((a, b) => b.part.time - a.part.time);
  for (const { run, part } of newestFirst) {
    for (const packed of part.standings) {
      const group = index.groupOf(packed);
      if (!groups.has(group)) groups.set(group, { ...index.unpack(packed), run, part });
    }
  }
  const sweeps = wideRuns(runs.filter((run) => run.time <= time)).map((run) => ({
    run,
    places: new Set(run.parts.flatMap((part) => part.places)),
  }));
  const gone: LastSeen[] = [];
  for (const [number, seen] of groups) {
    const place = placeName(index.at(number));
    const without = sweeps.filter(
      ({ run, places }) =>
        run !== seen.run &&
        Date.parse(run.trigger.time) > seen.part.time &&
        places.has(place) &&
        (run.trigger.kind === 'timer' || run.policyDigest === seen.run.policyDigest),
    );
    if (without.length < SWEEPS_WITHOUT) continue;
    groups.delete(number);
    gone.push(seen);
  }
  return { groups, gone };
}

/** Counts groups by verdict. */
export function count(verdicts: Iterable<Verdict>): Totals {
  const totals = { groups: 0, ...NONE };
  for (const verdict of verdicts) {
    totals[verdict] += 1;
    totals.groups += 1;
  }
  return totals;
}

const NONE: Readonly<Record<Verdict, number>> = Object.fromEntries(
  VERDICTS.map((verdict) => [verdict, 0]),
) as Record<Verdict, number>;

/** How a run found its groups, and how it left them. */
export function totalsOf(run: RecordedRun, index: GroupIndex): { found: Totals; left: Totals } {
  const standings = run.parts.flatMap((part) =>
    [...part.standings].map((each) => index.unpack(each)),
  );
  return {
    found: count(standings.map(({ verdictBefore }) => verdictBefore)),
    left: count(standings.map(({ verdict }) => verdict)),
  };
}
