import { createHash } from 'node:crypto';
import type { RecordStore } from '../evidence';
import type { CutShard, Run, Trigger } from '../remediation';

/** A part as it was planned. */
export interface PlannedPart {
  readonly part: string;
  readonly regionId: string;
  /** Absent: the account of the functions. */
  readonly accountId?: string;
  /** How many groups it is about. */
  readonly groups: number;
}

/** What a run was cut into, and what could not be listed for it. */
export interface Plan {
  readonly version: 1;
  readonly runId: string;
  /** When it was cut, ISO 8601. */
  readonly time: string;
  readonly trigger: Trigger;
  readonly dryRun: boolean;
  readonly policyDigest: string;
  readonly parts: readonly PlannedPart[];
  /** Places whose groups could not be listed, such as a region, each with the reason. */
  readonly unlisted: readonly { readonly place: string; readonly reason: string }[];
}

/** The plan of a run that was cut into shards; undefined if there are none, and nothing is missing. */
export function planOf(
  { runId, trigger, dryRun, policies }: Pick<Run, 'runId' | 'trigger' | 'dryRun' | 'policies'>,
  shards: readonly Pick<CutShard, 'part' | 'place' | 'groupCount'>[],
  unlisted: Plan['unlisted'],
  now: number,
): Plan | undefined {
  if (shards.length + unlisted.length === 0) return undefined;
  return {
    version: 1,
    runId,
    time: new Date(now).toISOString(),
    trigger,
    dryRun,
    policyDigest: policies.digest,
    parts: shards.map(({ part, place, groupCount }) => ({ part, ...place, groups: groupCount })),
    unlisted,
  };
}

/** Notes what a run was cut into, before any of it is handed over. Throws RecordStoreError. */
export async function notePlan(records: RecordStore, plan: Plan): Promise<void> {
  const { runId, parts, unlisted } = plan;
  const about = [...parts.map(({ part }) => part), ...unlisted.map(({ place }) => `-${place}`)];
  const digest = createHash('sha256').update(about.join(' ')).digest('hex').slice(0, 16);
  await records.putIfAbsent(
    `${plansOf(runId)}${parts.length}_${digest}`,
    JSON.stringify(plan, null, 1),
  );
}

/** The keys of a run's plans, each with how many parts it has. Throws RecordStoreError. */
export async function listPlans(
  records: RecordStore,
  runId: string,
): Promise<{ readonly key: string; readonly parts: number }[]> {
  const keys = await records.list(plansOf(runId));
  return keys.map((key) => ({ key, parts: Number(/(\d+)_[0-9a-f]+$/.exec(key)?.[1]) }));
}

/**
 * What all attempts at cutting a run came to together; undefined if there was none. One that is tried again
 * may find other groups, and so other parts; what it could list is no longer missing. Throws
 * RecordStoreError.
 */
export async function readPlan(
  records: RecordStore,
  keys: readonly { readonly key: string }[],
): Promise<Plan | undefined> {
  const plans: Plan[] = [];
  for (const { key } of keys) plans.push(JSON.parse((await records.get(key)) ?? '') as Plan);
  plans.sort((one, other) => (one.time < other.time ? -1 : 1));
  const [first] = plans;
  if (!first) return undefined;
  const parts = new Map(plans.flatMap((plan) => plan.parts).map((part) => [part.part, part]));
  return { ...first, parts: [...parts.values()], unlisted: plans.at(-1)?.unlisted ?? [] };
}

/** The same of a run, by its id. */
export async function findPlan(records: RecordStore, runId: string): Promise<Plan | undefined> {
  return readPlan(records, await listPlans(records, runId));
}

function plansOf(runId: string): string {
  return `progress/${runId}/plan/`;
}
