import type { EcsClient, EcsClients } from '../../shared/ecs';
import type { RecordStore } from '../../shared/evidence';
import {
  accountTargets,
  inScope,
  ownEntry,
  type PolicySet,
  regionInScope,
} from '../../shared/policy';
import {
  answerEvent,
  type EventDoor,
  isUnfinished,
  limitsOfFew,
  listGroups,
  type RunLimits,
  remediate,
  type Surroundings,
  unlistedName,
} from '../../shared/remediation';
import { type Place, parseRegionId, placeName, type RegionId } from '../../shared/security-group';
import { type ActionTrailEvent, eventRunId } from '../../shared/triggers/actiontrail';
import { readTrouble } from '../file-trouble';
import { connect } from './connection';
import type { SourceOptions } from './group-source';
import { readInventory } from './inventory';
import { createInventoryClient } from './inventory-client';
import { readPolicyFile } from './policy-file';
import { readOnce } from './read-once';
import { readRecordedEvents } from './recorded-events';
import { createTally, type ReplayOutcome } from './replay-outcome';
import { showReplayProgress } from './replay-progress';
import { outcomeJson, outcomeText, summaryText } from './replay-report';

/** Options of `replay`. */
export interface ReplayOptions extends Omit<SourceOptions, 'account'> {
  readonly policy: string;
  /** Name or ARN of the role that the functions run as. */
  readonly role?: string;
  /** Events about other accounts are ignored; absent: those of every account are taken. */
  readonly account?: string;
  readonly json?: boolean;
}

/**
 * Says for each recorded event what the actiontrail function would do about it, given the groups as they
 * are now. Changes nothing and keeps no record. Gives the exit code.
 */
export async function replay(files: readonly string[], options: ReplayOptions): Promise<number> {
  if (files.filter((file) => file === '-').length > 1) {
    throw new Error('- is named twice, and standard input can be read once: name it once');
  }
  const policies = await readPolicyFile(options.policy);
  const door = makeDoor(policies, await sourceOf(options, policies), options);
  const answered = new Set<string>();
  const shownAt = new Map<string, string>();
  const tally = createTally();
  const { onRead, stop } = await showReplayProgress(files);
  const report = (outcome: ReplayOutcome) => {
    tally.add(outcome);
    if (options.json) console.log(JSON.stringify(outcomeJson(outcome)));
    else if (outcome.kind !== 'unreadable') console.log(outcomeText(outcome, shownAt));
    else console.error(`palisade: ${outcome.at}: ${outcome.reason}`);
  };
  for (const file of files) {
    try {
      for await (const recorded of readRecordedEvents(file, onRead)) {
        if (process.stdout.errored) break;
        const { at } = recorded;
        if ('event' in recorded) report(await answer(at, recorded.event, door, answered));
        else report({ kind: 'unreadable', at, reason: recorded.unreadable });
      }
    } catch (error) {
      const reason = `cannot be read: ${readTrouble(error)}`;
      report({ kind: 'unreadable', at: file, reason });
    }
  }
  stop();
  const summary = tally.summary();
  console.log(options.json ? JSON.stringify({ summary }) : summaryText(summary));
  return tally.exitCode();
}

/** `answered`: ids of the runs that came to their end, which a second delivery does not start again. */
async function answer(
  at: string,
  event: ActionTrailEvent,
  door: (event: ActionTrailEvent) => EventDoor,
  answered: Set<string>,
): Promise<ReplayOutcome> {
  const runId = eventRunId(event);
  if (answered.has(runId)) {
    return { kind: 'ignored', at, event, reason: 'the event was answered before' };
  }
  try {
    const { surroundings, ...rest } = door(event);
    const given = await answerEvent(event, { ...rest, surroundings });
    if (given.kind === 'ignored') return { kind: 'ignored', at, event, reason: given.reason };
    const { run } = given;
    const handedOver = given.kind === 'handed-over';
    const result = handedOver ? await remediate(run, surroundings) : given.result;
    if (!isUnfinished(result)) answered.add(runId);
    return { kind: 'judged', at, event, run, result, handedOver };
  } catch (error) {
    return { kind: 'unknown', at, event, reason: (error as Error).message };
  }
}

async function sourceOf(options: ReplayOptions, policies: PolicySet): Promise<EcsClients> {
  if (options.inventory === undefined) return connect(options, policies);
  const inventory = await readInventory(options.inventory, ownEntry(policies)?.id);
  return (place) => createInventoryClient(place, inventory);
}

/** Prepares what the actiontrail function would answer an event with. */
function makeDoor(
  policies: PolicySet,
  source: EcsClients,
  { region, role, account }: ReplayOptions,
): (event: ActionTrailEvent) => EventDoor {
  const clients = new Map<string, EcsClient>();
  const ecs = (place: Place) => {
    const client = clients.get(placeName(place)) ?? readOnce(source(place));
    clients.set(placeName(place), client);
    return client;
  };
  const regionIds = region.length > 0 ? region.map(parseRegionId) : undefined;
  const roleName = role?.slice(role.lastIndexOf('/') + 1);
  let limits: Promise<RunLimits> | undefined;
  const surroundings: Surroundings = {
    ecs,
    holder: 'replay',
    now: Date.now,
    // What is read once does not change by waiting.
    sleep: async () => {},
    stop: async () => undefined,
  };
  return (event) => ({
    policies,
    accountId: account ?? ownEntry(policies)?.id ?? event.accountId ?? '',
    ...(roleName ? { roleName } : {}),
    ...(regionIds ? { regionIds } : {}),
    dryRun: true,
    limits: () => {
      limits ??= limitsOfFew(NOTHING_KEPT, policies, Date.now(), () =>
        countGroups(policies, ecs, regionIds),
      );
      return limits;
    },
    handOver: async () => {},
    surroundings,
  });
}

const NOTHING_KEPT: RecordStore = {
  putIfAbsent: async () => true,
  get: async () => undefined,
  list: async () => [],
};

async function countGroups(
  policies: PolicySet,
  ecs: EcsClients,
  regionIds: readonly RegionId[] | undefined,
): Promise<number> {
  const { groups, unlisted } = await listGroups(ecs, {
    accountIds: accountTargets(policies),
    regionIds,
    isWanted: (regionId, accountId) => regionInScope(policies, regionId, accountId),
  });
  // As in the functions: without the groups of another account a percentage is only stricter.
  const first = unlisted.find(({ accountId }) => accountId === undefined);
  if (first) {
    throw new Error(
      `the groups cannot be counted for maxGroupsPercent: ${unlistedName(first)}: ${first.reason}`,
    );
  }
  return groups.filter((group) => inScope(policies, group)).length;
}
