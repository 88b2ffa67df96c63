import { SESSION_NAME } from '../accounts';
import { type EcsClient, isEcsError, loadSdk } from '../ecs';
import {
  inScope,
  memberAccount,
  type Policy,
  type PolicySet,
  prefixListsOf,
  regionInScope,
  trafficOf,
} from '../policy';
import {
  type Place,
  placeName,
  type RegionId,
  type SecurityGroupId,
  type SecurityGroupSummary,
} from '../security-group';
import {
  type ActionTrailEvent,
  eventRunId,
  isOwnChange,
  showsEffect,
  subjectOf,
} from '../triggers/actiontrail';
import { mapConcurrently } from './concurrency';
import type { Examined } from './examine';
import { readRules, withSummary } from './read';
import { attemptsAt, isOwnRequest, WHOLE } from './record';
import { remediate } from './remediate';
import type { Run, RunLimits, RunResult } from './run';
import type { Surroundings } from './surroundings';

/** Groups that one event may be about and that are still looked at here; more are handed over. */
const MOST_GROUPS_HERE = 10;
/** Characters of an event's text that a record keeps. */
const LONGEST_TEXT = 200;
/** Waits between reads of a group that does not show the event's effect yet; 15 seconds in all. */
const EFFECT_DELAYS_MS = [200, 400, 800, 1_600, 3_000, 4_000, 5_000];
/** Within so long of an event, a group that no read shows may be one that was made just before it. */
const MAYBE_NEW_MS = 15_000;

/** What an event led to. */
export type EventAnswer =
  | { readonly kind: 'ignored'; readonly reason: string }
  | { readonly kind: 'judged'; readonly run: Run; readonly result: RunResult }
  | { readonly kind: 'handed-over'; readonly run: Run };

/** What the answer to an event needs besides the surroundings of a run. */
export interface EventDoor {
  readonly policies: PolicySet;
  /** The account that Palisade runs with. */
  readonly accountId: string;
  /** Name of the role that Palisade's own changes are made with, if it is known. */
  readonly roleName?: string;
  /** Regions that are looked after; absent: all. */
  readonly regionIds?: readonly RegionId[];
  readonly dryRun: boolean;
  readonly limits: () => Promise<RunLimits>;
  /** Gives a run over many groups to the enforce function. */
  readonly handOver: (run: Run) => Promise<void>;
  readonly surroundings: Surroundings;
}

/**
 * Looks again at the groups that an event is about, and repairs what a policy says may be repaired. The
 * event only says where to look; the decision is made on a fresh read, once the event's own effect shows in
 * it or the wait for that is over. The same event again, and events about Palisade's own changes, lead to
 * no call of ECS. Throws EcsError and RecordStoreError; the event may then be given again.
 */
export async function answerEvent(event: ActionTrailEvent, door: EventDoor): Promise<EventAnswer> {
  const { policies } = door;
  const member = memberAccount(policies, event.accountId);
  const subject = subjectOf(event, member?.id ?? door.accountId);
  if (subject.kind === 'ignored' || subject.kind === 'unresolved') {
    return { kind: 'ignored', reason: subject.reason };
  }
  const self = member
    ? { accountId: member.id, roleName: member.role, sessionName: SESSION_NAME }
    : door;
  if (isOwnChange(event, self)) return ignored('the change is our own, by its role');
  const { regionId } = subject;
  const place: Place = { regionId, ...(member ? { accountId: member.id } : {}) };
  if (
    !(door.regionIds?.includes(regionId) ?? true) ||
    !regionInScope(policies, regionId, member?.id)
  ) {
    return ignored(`no policy is about region ${placeName(place)}`);
  }
  const runId = eventRunId(event);
  const { records } = door.surroundings;
  const earlier = async () => records && attemptsAt(records, { runId, part: WHOLE });
  const [isOwn, attempts] = await Promise.all([
    records && event.requestId !== undefined ? isOwnRequest(records, event.requestId) : false,
    earlier(),
    // It is almost always needed next, and loads while the store answers.
    loadSdk(),
  ]);
  if (isOwn) return ignored('the change is our own, by its request id');
  if (attempts?.hasEnded) return ignored(`the event was answered before, by run ${runId}`);
  const surroundings: Surroundings = {
    ...door.surroundings,
    ...(attempts ? { hasDeadAttempt: attempts.hasDied } : {}),
  };

  const makeRun = (
    groups: readonly SecurityGroupSummary[],
    limits: RunLimits,
    note?: string,
  ): Run => ({
    runId,
    part: WHOLE,
    trigger: {
      kind: 'actiontrail',
      id: runId,
      time: event.time ?? new Date(surroundings.now()).toISOString(),
      by: short(event.principal.name ?? event.principal.type),
      reason: short(event.name),
      reference: short(event.id ?? event.requestId ?? event.key),
    },
    dryRun: door.dryRun,
    policies,
    limits,
    groups,
    ...(note === undefined ? {} : { note }),
  });

  if (subject.kind !== 'groups' || subject.securityGroupIds.length > MOST_GROUPS_HERE) {
    const groups = (await affected(subject, place, door)).filter((group) =>
      inScope(policies, group),
    );
    if (groups.length === 0) return ignored('no policy is about a group that it affects');
    const run = makeRun(groups, await door.limits());
    if (groups.length > MOST_GROUPS_HERE) {
      await door.handOver(run);
      return { kind: 'handed-over', run };
    }
    return { kind: 'judged', run, result: await remediate(run, surroundings) };
  }

  // Another attempt at the event may have undone its effect, which it had waited for by then.
  const wasJudged = async () => {
    const { hasAnnounced = false, hasEnded = false } = (await earlier()) ?? {};
    return hasAnnounced || hasEnded;
  };
  const [observed, limits] = await Promise.all([
    mapConcurrently(subject.securityGroupIds, MOST_GROUPS_HERE, (id) =>
      observe(event, place, id, surroundings, wasJudged),
    ),
    door.limits(),
  ]);
  const there = observed.flatMap((each) =>
    each.seen ? [{ ...each.seen, shows: each.shows }] : [],
  );
  if (there.length === 0) return ignored('the group is not there any more');
  const wanted = there.filter(({ summary }) => inScope(policies, summary));
  if (wanted.length === 0) return ignored('no policy is about the group');
  const run = makeRun(
    wanted.map(({ summary }) => summary),
    limits,
    wanted.every(({ shows }) => shows)
      ? undefined
      : `the effect of ${event.name} did not show in time; what was there was judged`,
  );
  const readings = new Map(wanted.map(({ summary, ...reading }) => [summary, reading]));
  const result = await remediate(run, {
    ...surroundings,
    reading: (summary) => readings.get(summary),
  });
  return { kind: 'judged', run, result };
}

/** Whoever may invoke the function may write anything into an event, at any length. */
function short(text: string): string {
  return text.slice(0, LONGEST_TEXT);
}

function ignored(reason: string): EventAnswer {
  return { kind: 'ignored', reason };
}

type Subject = Exclude<ReturnType<typeof subjectOf>, { readonly reason: string }>;

/** The groups that a change of a list affects, or that an event about many groups names. */
async function affected(
  subject: Subject,
  place: Place,
  { policies, surroundings }: EventDoor,
): Promise<SecurityGroupSummary[]> {
  const ecs = surroundings.ecs(place);
  switch (subject.kind) {
    case 'groups':
      return ecs.listSecurityGroups(subject);
    case 'port-list': {
      const inRules = await groupsThatName(ecs, 'port-list', subject.portRangeListId);
      return inRules.length === 0 ? [] : ecs.listSecurityGroups({ securityGroupIds: inRules });
    }
    case 'prefix-list': {
      const { prefixListId } = subject;
      const inRules = await groupsThatName(ecs, 'prefix-list', prefixListId);
      if (!policies.policies.some((policy) => namesPrefixList(policy, prefixListId))) {
        return inRules.length === 0 ? [] : ecs.listSecurityGroups({ securityGroupIds: inRules });
      }
      const groups = await ecs.listSecurityGroups();
      return groups.filter(
        (group) =>
          inRules.includes(group.id) || prefixListsOf(policies, group).includes(prefixListId),
      );
    }
    default:
      return subject satisfies never;
  }
}

/** The groups with rules that name a list; none if it has been deleted, which it cannot be while one does. */
async function groupsThatName(
  ecs: EcsClient,
  ...list: Parameters<EcsClient['listGroupsThatName']>
): Promise<SecurityGroupId[]> {
  try {
    return await ecs.listGroupsThatName(...list);
  } catch (error) {
    if (!isEcsError(error, 'not-found')) throw error;
    return [];
  }
}

function namesPrefixList(policy: Policy, prefixListId: string): boolean {
  const isDenied = (['ingress', 'egress'] as const).some((direction) =>
    trafficOf(policy, direction).some(
      ({ peer }) => peer.kind === 'prefix-list' && peer.prefixListId === prefixListId,
    ),
  );
  return isDenied || policy.exempt.some(({ traffic }) => traffic?.peers?.includes(prefixListId));
}

interface Observation {
  /** Absent: the group is not there. */
  readonly seen?: { readonly summary: SecurityGroupSummary } & Pick<Examined, 'readAt' | 'reading'>;
  readonly shows: boolean;
}

/**
 * Reads a group with its tags, again with growing waits while the event's effect does not show: reads lag
 * behind writes (DescribeSecurityGroupAttribute), and a read from before the event would be judged
 * compliant. Two calls side by side, because neither tells all.
 * `wasJudged`: whether another attempt at the event has come that far, so that no effect is awaited.
 */
async function observe(
  event: ActionTrailEvent,
  place: Place,
  id: SecurityGroupId,
  { ecs: ecsOf, now, sleep }: Surroundings,
  wasJudged: () => Promise<boolean>,
): Promise<Observation> {
  const ecs = ecsOf(place);
  for (let round = 0; ; round += 1) {
    const delay = EFFECT_DELAYS_MS[round];
    const readAt = now();
    const [summaries, rules] = await Promise.all([
      ecs.listSecurityGroups({ securityGroupIds: [id] }),
      readRules(ecs, id),
    ]);
    const [summary] = summaries;
    const reading = summary && withSummary(rules, summary);
    if (!summary || !reading) {
      if (!mayBeNew(event, readAt) || delay === undefined) return { shows: false };
    } else {
      const seen = { summary, readAt, reading };
      if (reading.status === 'unknown') return { seen, shows: true };
      const shows =
        showsEffect(event, { summary, group: reading.group }) !== 'missing' || (await wasJudged());
      if (shows || delay === undefined) return { seen, shows };
    }
    await sleep(delay);
  }
}

/** Whether the group of an event may be too new to show in a read. Otherwise it has been deleted. */
function mayBeNew({ name, time }: ActionTrailEvent, now: number): boolean {
  return name === 'CreateSecurityGroup' || Math.abs(now - Date.parse(time ?? '')) < MAYBE_NEW_MS;
}
