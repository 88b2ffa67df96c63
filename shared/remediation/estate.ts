import type { RecordStore } from '../evidence';
import type { PolicySet } from '../policy';
import { runLimits } from './guard';
import type { RunLimits } from './run';

/** How long a count is good for: a daily sweep makes a new one in time. */
const GOOD_FOR_MS = 26 * 60 * 60 * 1000;

/** Notes how many groups the policies are about, for the doors that see only a few of them. */
export async function noteGroupCount(
  records: RecordStore,
  policies: PolicySet,
  groupCount: number,
  now: number,
): Promise<void> {
  await records.putIfAbsent(`${folderOf(policies)}${now}_${groupCount}`, '');
}

/**
 * The limits of a run that looks at a few groups only: a percentage is of all groups that the policies are
 * about. Their number comes from the newest count in the store; `count` makes a new one if none is fresh.
 * Throws RecordStoreError, and whatever `count` throws.
 */
export async function limitsOfFew(
  records: RecordStore,
  policies: PolicySet,
  now: number,
  count: () => Promise<number>,
): Promise<RunLimits> {
  const { maxGroupsPercent } = policies.guardrails;
  if (maxGroupsPercent === 0 || maxGroupsPercent === 100) return runLimits(policies, 0);
  const folder = folderOf(policies);
  const known = (await records.list(folder, `${folder}${now - GOOD_FOR_MS}`)).at(-1);
  const counted = known && /^\d+_(\d+)$/.exec(known.slice(folder.length))?.[1];
  if (counted !== undefined) return runLimits(policies, Number(counted));
  const groupCount = await count();
  await noteGroupCount(records, policies, groupCount, now);
  return runLimits(policies, groupCount);
}

function folderOf(policies: PolicySet): string {
  return `estate/${policies.digest.replace(/\W/g, '-')}/`;
}
