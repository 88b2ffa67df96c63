import { signWebhook } from '../../shared/triggers/webhook';
import type { DemoCloud } from './cloud';
import { type Person, timeline } from './person';
import { readStories, recordedRuns } from './records';
import { listed, say, showWhile } from './show';

/** Slow enough to be seen, as ActionTrail is slower still. */
const EVENT_DELAY_MS = 300;
/** Slow enough for the webhook to be there first. */
const LATE_EVENT_DELAY_MS = 2_000;

interface Place {
  readonly regionId: string;
  readonly securityGroupId: string;
}

/** What opening a forbidden path led to. */
export interface EventFigures {
  /** From the call that opened the path to the answer of the call that closed it. */
  readonly millisecondsOpen: number;
  readonly ecsCalls: number;
  readonly writes: number;
  readonly ownEventsIgnored: number;
  /** Of the function: one that made every call, and one for each own event, which made none. */
  readonly invocations: number;
}

/** A person opens a forbidden path; the event arrives; the path is closed; its own events cause nothing. */
export async function showEvent(
  demo: DemoCloud,
  person: Person,
  { regionId, securityGroupId }: Place,
): Promise<EventFigures> {
  const { cloud, functions, logs } = demo;
  demo.delayEvents(EVENT_DELAY_MS);
  cloud.calls.clear();
  const [logsBefore, invocationsBefore] = [logs.length, functions.invocations.length];
  const known = await recordedRuns(demo.records);
  const start = Date.now();
  await person.openRemoteDesktop(regionId, securityGroupId);
  await showWhile(
    demo.settled(),
    () => `${functions.invocations.length - invocationsBefore} events answered`,
  );

  const calls = cloud.calls.all().filter((call) => call.product === 'Ecs');
  const ours = calls.filter((call) => call.principal?.startsWith('palisade:'));
  const writes = ours.filter((call) => call.write);
  const ignored = logs
    .slice(logsBefore)
    .map((line) => JSON.parse(line) as { msg: string; requestId: string; reason: string })
    .filter(({ msg }) => msg === 'event ignored');
  say(timeline(calls, start));
  const [runId] = [...(await recordedRuns(demo.records))].filter((each) => !known.has(each));
  const story = (await readStories(demo.records, runId ?? '')).get(securityGroupId);
  say(`found: ${story?.found[0] ?? 'nothing'}`);
  say(`closed: ${listed(story?.closed ?? [])}`);
  say(`the repair's own events came back: ${ignored.length} ignored, ${ignored[0]?.reason ?? '-'}`);
  const [closing] = writes;
  if (!closing) throw new Error('the forbidden path was not closed');
  return {
    millisecondsOpen: Date.parse(closing.at) + closing.durationMs - start,
    ecsCalls: ours.length,
    writes: writes.length,
    ownEventsIgnored: ignored.length,
    invocations: functions.invocations.length - invocationsBefore,
  };
}

/** What requests to the webhook led to. */
export interface WebhookFigures {
  readonly runId: string;
  readonly badSignature: { readonly status: number; readonly ecsCalls: number };
  readonly signed: { readonly status: number; readonly writes: number };
  readonly replayed: {
    readonly status: number;
    readonly isSameAnswer: boolean;
    readonly ecsCalls: number;
  };
  readonly lateEvent: { readonly writes: number };
}

/** A forbidden path is closed by a signed request, before its event is there; then the request is replayed. */
export async function showWebhook(
  demo: DemoCloud,
  person: Person,
  { regionId, securityGroupId }: Place,
): Promise<WebhookFigures> {
  const { cloud } = demo;
  demo.delayEvents(LATE_EVENT_DELAY_MS);
  await person.openRemoteDesktop(regionId, securityGroupId);
  const body = JSON.stringify({
    targets: [{ region: regionId, groups: [securityGroupId] }],
    mode: 'enforce',
    reason: 'remote desktop is open to the Internet',
    requester: 'soar-playbook-17',
    wait: true,
  });
  const headers = signWebhook({
    id: 'msg_demo_1',
    timestamp: Math.floor(Date.now() / 1000),
    body: Buffer.from(body),
    secret: demo.webhookSecret,
  });
  const send = async (signature: string) => {
    cloud.calls.clear();
    const response = await fetch(demo.webhookUrl, {
      method: 'POST',
      headers: {
        ...headers,
        'webhook-signature': signature,
        'content-type': 'application/json',
      },
      body,
    });
    const text = await response.text();
    const calls = cloud.calls.all().filter((call) => call.product === 'Ecs');
    say(`  ${response.status} ${inShort(text)}`);
    return {
      status: response.status,
      text,
      ecsCalls: calls.length,
      writes: calls.filter((call) => call.write).length,
    };
  };

  say('with a bad signature:');
  const bad = await send(`v1,${Buffer.alloc(32).toString('base64')}`);
  say('signed:');
  const signed = await send(headers['webhook-signature']);
  say('the same request once more, as somebody who recorded it would send it:');
  const replayed = await send(headers['webhook-signature']);
  cloud.calls.clear();
  await demo.settled();
  const late = cloud.calls.all().filter((call) => call.write && call.product === 'Ecs').length;
  say(`the event of the same change, arriving after it: ${late} writes`);
  const { runId } = JSON.parse(signed.text) as { readonly runId: string };
  return {
    runId,
    badSignature: { status: bad.status, ecsCalls: bad.ecsCalls },
    signed: { status: signed.status, writes: signed.writes },
    replayed: {
      status: replayed.status,
      isSameAnswer: replayed.text === signed.text,
      ecsCalls: replayed.ecsCalls,
    },
    lateEvent: { writes: late },
  };
}

/** An answer of the webhook without its totals. */
function inShort(answer: string): string {
  const { error, runId, outcome } = JSON.parse(answer) as {
    readonly error?: string;
    readonly runId?: string;
    readonly outcome?: {
      readonly groups: readonly {
        readonly group: string;
        readonly verdictBefore: string;
        readonly verdict: string;
        readonly changes: number;
      }[];
    };
  };
  const groups = (outcome?.groups ?? []).map(
    ({ group, verdictBefore, verdict, changes }) =>
      `${group} ${verdictBefore} → ${verdict}, ${changes} changes`,
  );
  return error ?? `${runId}: ${groups.join('; ')}`;
}
