import type { RecordStore } from '../../shared/evidence';
import { placeName } from '../../shared/security-group';
import type { GroupIndex } from './group-index';
import type { Act, GroupName } from './model';
import { readOrExplain, type UnreadableRecord } from './read-record';
import type { RecordedPart, RecordedRun } from './read-runs';
import { parseRecord, type RecordedFinding, type RecordedGroup } from './run-record';
import type { Estate } from './timeline';

/** What records hold of a group beyond how it stands. */
export interface GroupDetails {
  readonly name: string;
  readonly findings: readonly RecordedFinding[];
  /** The newest first. */
  readonly acts: readonly Act[];
}

/**
 * Reads again the records that a report quotes: those that tell last of a group that is not compliant, and
 * those of runs `since` some time that called for changes. One after another, for they may be large.
 * A record that cannot be understood is named, and its groups stay without details. Throws RecordStoreError.
 */
export async function readDetails(
  records: RecordStore,
  index: GroupIndex,
  estate: Estate,
  since: readonly RecordedRun[],
): Promise<{
  readonly details: ReadonlyMap<number, GroupDetails>;
  readonly unreadable: readonly UnreadableRecord[];
}> {
  const details = new Map<number, GroupDetails>();
  const unreadable: UnreadableRecord[] = [];
  for (const { run, part, groups, actors } of quotedParts(index, estate, since)) {
    const record = await readOrExplain(records, part.key, parseRecord);
    if ('reason' in record) {
      unreadable.push(record);
      continue;
    }
    const byName = new Map(record.groups.map((group) => [nameOf(group), group]));
    for (const number of new Set([...groups, ...actors])) {
      const group = byName.get(nameOf(index.at(number)));
      if (!group) continue;
      const known = details.get(number);
      details.set(number, {
        name: known?.name ?? group.name,
        findings: groups.has(number) ? group.findings : (known?.findings ?? []),
        acts: [...(known?.acts ?? []), ...(actors.has(number) ? [actOf(run, part, group)] : [])],
      });
    }
  }
  return { details, unreadable };
}

function nameOf(group: GroupName): string {
  return `${placeName(group)}/${group.securityGroupId}`;
}

interface QuotedPart {
  readonly run: RecordedRun;
  readonly part: RecordedPart;
  /** Groups that the part tells of last. */
  readonly groups: Set<number>;
  /** Groups that it called for changes to. */
  readonly actors: Set<number>;
}

/** The newest first. */
function quotedParts(
  index: GroupIndex,
  estate: Estate,
  since: readonly RecordedRun[],
): QuotedPart[] {
  const quoted = new Map<RecordedPart, QuotedPart>();
  const quote = (run: RecordedRun, part: RecordedPart): QuotedPart => {
    const known = quoted.get(part) ?? { run, part, groups: new Set(), actors: new Set() };
    quoted.set(part, known);
    return known;
  };
  for (const [number, { run, part, verdict }] of estate.groups) {
    if (verdict !== 'compliant') quote(run, part).groups.add(number);
  }
  for (const run of since) {
    for (const part of run.parts) {
      for (const packed of part.standings) {
        const { group, hasChanges } = index.unpack(packed);
        if (hasChanges && estate.groups.has(group)) quote(run, part).actors.add(group);
      }
    }
  }
  return [...quoted.values()].sort((a, b) => b.part.time - a.part.time);
}

function actOf(run: RecordedRun, part: RecordedPart, group: RecordedGroup): Act {
  const { verdictBefore, changes, findingsBefore, findings, calls, effect, before, after } = group;
  return {
    runId: run.runId,
    time: new Date(part.time).toISOString(),
    verdictBefore,
    verdict: part.interrupted ? 'unknown' : group.verdict,
    dryRun: run.dryRun,
    isInterrupted: part.interrupted,
    changes,
    findingsBefore,
    findings,
    calls,
    closed: effect?.closed ?? [],
    opened: effect?.opened ?? [],
    notes: [group.unexpected, group.heldBack, ...(group.leftAlone ?? [])].flatMap(
      (note) => note ?? [],
    ),
    ...(before ? { before } : {}),
    ...(after ? { after } : {}),
  };
}
