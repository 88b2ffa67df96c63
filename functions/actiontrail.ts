import { answerEvent, isUnfinished } from '../shared/remediation';
import {
  credentialsOf,
  type FunctionContext,
  type Invocation,
  startInvocation,
} from '../shared/runtime';
import { type ActionTrailEvent, decodeActionTrail } from '../shared/triggers/actiontrail';
import { policies } from './policies';

/** Characters of an event's text that the log gets. */
const LONGEST_TEXT = 200;

/**
 * EventBridge trigger: looks again at the groups that ActionTrail reports changes of, and repairs what the
 * policies say. What is not about a security group is acknowledged and leads to no call. Throws when an
 * event could not be dealt with, after having dealt with the others of the delivery, so that the platform
 * tries again; events that were dealt with are then passed over.
 */
export async function handler(event: Uint8Array, context: FunctionContext): Promise<string> {
  const invocation = startInvocation(context, process.env, policies);
  const { log } = invocation;
  const { events, unreadable } = decodeActionTrail(event);
  for (const reason of unreadable) log.warn({ reason }, 'event not understood');
  const tally = { events: events.length, ignored: 0, judged: 0, handedOver: 0 };
  const failures: string[] = [];
  for (const each of events) {
    try {
      tally[await answer(each, invocation, context)] += 1;
    } catch (error) {
      const reason = (error as Error).message;
      log.error({ ...aboutOf(each), reason }, 'event not dealt with');
      failures.push(`${aboutOf(each).eventId ?? aboutOf(each).eventName}: ${reason}`);
    }
  }
  if (failures.length > 0) {
    throw new Error(`the delivery will be tried again: ${failures.join('; ').slice(0, 2_000)}`);
  }
  return JSON.stringify(tally);
}

/** An event for the log, which takes no text of any length. */
function aboutOf({ id, name }: ActionTrailEvent) {
  return { eventId: id?.slice(0, LONGEST_TEXT), eventName: name.slice(0, LONGEST_TEXT) };
}

async function answer(
  event: ActionTrailEvent,
  { settings, log, surroundings, ...invocation }: Invocation,
  context: FunctionContext,
): Promise<'ignored' | 'judged' | 'handedOver'> {
  const about = aboutOf(event);
  const given = await answerEvent(event, {
    policies,
    accountId: context.accountId,
    ...(settings.roleName === undefined ? {} : { roleName: settings.roleName }),
    ...(settings.regionIds === undefined ? {} : { regionIds: settings.regionIds }),
    dryRun: settings.dryRun,
    limits: () => {
      credentialsOf(context);
      return invocation.limitsOfFew(policies);
    },
    handOver: async (run) => {
      const { failures } = await invocation.handOver(run, invocation.cut(run, run.groups));
      if (failures.length > 0) throw new Error(`not handed over: ${failures.join('; ')}`);
    },
    surroundings,
  });
  switch (given.kind) {
    case 'ignored':
      log.info({ ...about, reason: given.reason }, 'event ignored');
      return 'ignored';
    case 'handed-over':
      log.info({ ...about, runId: given.run.runId }, 'event handed over');
      return 'handedOver';
    case 'judged': {
      const { run, result } = given;
      if (run.note !== undefined) log.warn({ ...about, note: run.note }, 'event judged late');
      await invocation.report(run, result, 'event judged');
      if (isUnfinished(result)) throw new Error(`run ${run.runId} did not come to its end`);
      return 'judged';
    }
    default:
      return given satisfies never;
  }
}
