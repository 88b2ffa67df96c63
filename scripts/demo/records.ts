import type { RecordStore } from '../../shared/evidence';
import type { Effect, Verdict } from '../../shared/remediation';

/** What the demo tells of a group, from the records of a run. */
export interface GroupStory {
  readonly securityGroupId: string;
  readonly verdictBefore: Verdict;
  readonly verdict: Verdict;
  /** What was found, in words; empty for a compliant group. */
  readonly found: readonly string[];
  readonly changes: number;
  /** The traffic that the changes closed, in words. */
  readonly closed: readonly string[];
}

interface OutcomeRecord {
  readonly compliant: Readonly<Record<string, readonly string[]>>;
  readonly groups: readonly {
    readonly securityGroupId: string;
    readonly verdictBefore: Verdict;
    readonly verdict: Verdict;
    readonly findingsBefore: readonly { readonly message: string }[];
    readonly changes: number;
    readonly effect?: Effect;
  }[];
}

/** The ids of the runs that have a record. */
export async function recordedRuns(records: RecordStore): Promise<Set<string>> {
  const keys = await records.list('runs/');
  return new Set(keys.flatMap((key) => key.split('/')[1] ?? []));
}

/** What a run did at every group, from the outcomes of its parts. */
export async function readStories(
  records: RecordStore,
  runId: string,
): Promise<Map<string, GroupStory>> {
  const stories = new Map<string, GroupStory>();
  for (const key of await records.list(`runs/${runId}/`)) {
    if (!key.endsWith('.outcome.json')) continue;
    const record = JSON.parse((await records.get(key)) ?? '') as OutcomeRecord;
    for (const securityGroupId of Object.values(record.compliant).flat()) {
      const verdict = 'compliant';
      stories.set(securityGroupId, {
        securityGroupId,
        verdictBefore: verdict,
        verdict,
        found: [],
        changes: 0,
        closed: [],
      });
    }
    for (const group of record.groups) {
      const found = group.findingsBefore.map((finding) => finding.message);
      stories.set(group.securityGroupId, { ...group, found, closed: group.effect?.closed ?? [] });
    }
  }
  return stories;
}
