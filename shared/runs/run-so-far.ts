import type { RecordStore } from '../evidence';
import type { ToldGroup, ToldRun } from '../notices';
import { mapConcurrently, type Run, type Totals } from '../remediation';
import { placeName } from '../security-group';

/** Records read at the same time; one may hold what is known of many groups. */
const CONCURRENCY = 4;

/** What the records tell of a run that was cut into parts, as far as it has come. */
export interface RunSoFar extends ToldRun {
  readonly run: Pick<Run, 'runId' | 'part' | 'trigger' | 'dryRun'>;
  /** Parts that have recorded how their groups stand. */
  readonly parts: ReadonlySet<string>;
}

type OutcomeRecord = Pick<Run, 'part' | 'trigger' | 'dryRun'> & ToldRun;

/**
 * Puts together what the parts of a run have recorded; undefined while there is nothing. Of a part that was
 * tried again the last attempt tells how its groups stand, and all attempts together what was changed.
 * Throws RecordStoreError.
 */
export async function readRunSoFar(
  records: RecordStore,
  runId: string,
): Promise<RunSoFar | undefined> {
  const parts = new Map<string, { readonly last: OutcomeRecord; readonly groups: Groups }>();
  const outcomes = await mapConcurrently(
    await outcomeKeys(records, runId),
    CONCURRENCY,
    async (key) => onlyTold(JSON.parse((await records.get(key)) ?? '{}') as OutcomeRecord),
  );
  for (const last of outcomes) {
    const groups = merge(parts.get(last.part)?.groups, last);
    parts.set(last.part, { last, groups });
  }
  const all = [...parts.values()];
  const [first] = all;
  if (!first) return undefined;
  const { trigger, dryRun } = first.last;
  const groups = all.flatMap((part) => [...part.groups.values()]);
  return {
    run: { runId, part: 'whole', trigger, dryRun },
    parts: new Set(parts.keys()),
    groups,
    heldBack: [...new Set(all.flatMap(({ last }) => last.heldBack))],
    totals: {
      ...sum(all.map(({ last }) => last.totals)),
      changes: groups.reduce((changes, group) => changes + group.changes, 0),
    },
  };
}

/** The outcomes of a run, a part's attempts in their order. */
async function outcomeKeys(records: RecordStore, runId: string): Promise<string[]> {
  const attemptOf = (key: string) => Number(/\.(\d+)\.outcome\.json$/.exec(key)?.[1]);
  return (await records.list(`runs/${runId}/`))
    .filter((key) => key.endsWith('.outcome.json'))
    .sort((one, other) => attemptOf(one) - attemptOf(other));
}

/** Without the rules and calls of its groups, so that many records fit into memory. */
function onlyTold(record: OutcomeRecord): OutcomeRecord {
  const { part, trigger, dryRun, heldBack, totals } = record;
  const groups = record.groups.map((group): ToldGroup => {
    const { accountId, regionId, securityGroupId, name, verdict, verdictBefore, changes } = group;
    return {
      ...(accountId === undefined ? {} : { accountId }),
      ...{ regionId, securityGroupId, name, verdict, verdictBefore, changes },
      ...(group.unexpected === undefined ? {} : { unexpected: group.unexpected }),
      ...(group.heldBack === undefined ? {} : { heldBack: group.heldBack }),
      ...(group.tryAgain === undefined ? {} : { tryAgain: group.tryAgain }),
      ...(group.before === undefined ? {} : { before: [] }),
      calls: group.calls.map(({ outcome }) => ({ outcome })),
      findings: group.findings.map(({ status, message }) => ({ status, message })),
      findingsBefore: group.findingsBefore.map(({ status, mode, policyId }) => ({
        ...{ status, mode, policyId },
      })),
    };
  });
  return { part, trigger, dryRun, heldBack, totals, groups };
}

type Groups = ReadonlyMap<string, ToldGroup>;

/** A group that an earlier attempt has mended is plainly compliant to the next one, which leaves it out. */
function merge(earlier: Groups | undefined, { groups }: OutcomeRecord): Groups {
  const merged = new Map(
    [...(earlier ?? [])]
      .filter(([, group]) => group.changes > 0)
      .map(([name, group]): [string, ToldGroup] => [
        name,
        { ...group, verdict: 'compliant', findings: [] },
      ]),
  );
  for (const group of groups) {
    const name = `${placeName(group)}/${group.securityGroupId}`;
    const { changes = 0, verdictBefore = group.verdictBefore } = merged.get(name) ?? {};
    merged.set(name, { ...group, verdictBefore, changes: changes + group.changes });
  }
  return merged;
}

function sum([first, ...others]: readonly Totals[]): Totals {
  if (!first) throw new TypeError('there are no totals to add up');
  return others.reduce(
    (total, each) =>
      Object.fromEntries(
        Object.entries(total).map(([name, count]) => [name, count + each[name as keyof Totals]]),
      ) as Totals,
    first,
  );
}
