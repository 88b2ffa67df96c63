/**
 * Measures the answer to events: from the delivery of an ActionTrail event to the answer of the read that
 * confirms the write, in round trips of ECS, with every call that is made, beside a handler written by
 * hand. Prints tables and writes out/bench/events.json. `--events N` measures so many events of each sort,
 * `--ecs-latency MS` and `--oss-latency MS` set how long calls take.
 *
 * A program of its own, because the local cloud cannot be bundled: it starts threads from a file.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  AuthorizeSecurityGroupRequest,
  AuthorizeSecurityGroupRequestPermissions,
  RevokeSecurityGroupEgressRequest,
} from '@alicloud/ecs20140526';
import { type BenchGroup, benchGroups, benchPolicy, REGION } from './event-groups';
import { buildHandlers } from './event-handlers';
import { printRows } from './event-report';
import { type ChangeByHand, type Row, rowOf, type Situation } from './event-rows';
import { type Answered, type EventStage, startStage, type Variant } from './event-stage';

const OUT = join('out', 'bench', 'events.json');
const WARM_UP = 5;

const VARIANTS: readonly Variant[] = [
  { name: 'palisade, records in OSS', handler: 'palisade', store: 'oss' },
  { name: 'palisade, records in a folder', handler: 'palisade', store: 'folder' },
  { name: 'handler written by hand', handler: 'plain', store: 'folder' },
];

/** What somebody else does to a group; each makes one event. */
const CHANGES: Readonly<
  Record<ChangeByHand, (person: EventStage['person'], group: BenchGroup) => Promise<unknown>>
> = {
  'one rule revoked': (person, { id, dropRuleIds }) => revoke(person, id, dropRuleIds.slice(0, 1)),
  'six rules revoked': (person, { id, dropRuleIds }) => revoke(person, id, dropRuleIds),
  'harmless rule added': (person, { id }) =>
    person.authorizeSecurityGroup(
      new AuthorizeSecurityGroupRequest({
        regionId: REGION,
        securityGroupId: id,
        permissions: [
          new AuthorizeSecurityGroupRequestPermissions({
            ipProtocol: 'TCP',
            portRange: '9443/9443',
            sourceCidrIp: '10.0.0.0/8',
            policy: 'accept',
            priority: '1',
          }),
        ],
      }),
    ),
};

function revoke(person: EventStage['person'], id: string, rules: readonly string[]) {
  return person.revokeSecurityGroupEgress(
    new RevokeSecurityGroupEgressRequest({
      regionId: REGION,
      securityGroupId: id,
      securityGroupRuleId: [...rules],
    }),
  );
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      events: { type: 'string', default: '20' },
      'ecs-latency': { type: 'string', default: '50' },
      'oss-latency': { type: 'string', default: '5' },
    },
  });
  const events = wholeNumber('--events', values.events);
  const latency = {
    ecs: wholeNumber('--ecs-latency', values['ecs-latency']),
    oss: wholeNumber('--oss-latency', values['oss-latency']),
  };
  const folder = await mkdtemp(join(tmpdir(), 'palisade-bench-'));
  try {
    const repairs = 2 * (events + WARM_UP);
    await buildHandlers(folder, benchPolicy(repairs));
    // As the policy lets a quarter of the groups be changed.
    const { groups, inventory } = benchGroups(4 * repairs);
    const rows: Row[] = [];
    for (const variant of VARIANTS) {
      const stage = await startStage(variant, latency, inventory, folder);
      try {
        const answers = await measure(stage, groups, events);
        for (const [situation, answered] of answers) {
          rows.push(rowOf(variant, situation, answered, latency));
        }
      } finally {
        await stage.close();
      }
    }
    printRows(rows, latency, events);
    await mkdir(join('out', 'bench'), { recursive: true });
    const report = { node: process.version, latencyMs: latency, events, rows };
    await writeFile(OUT, `${JSON.stringify(report, null, 2)}\n`);
    console.log(`written to ${OUT}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) {
    throw new Error(`${name} is "${text}": write a whole number from 1 to 999`);
  }
  return Number(text);
}

/**
 * Answers to events of each sort. Every event is about a group of its own: one that was changed a moment
 * ago would be read twice. A repair's own events are delivered before the next change.
 */
async function measure(
  stage: EventStage,
  groups: readonly BenchGroup[],
  events: number,
): Promise<ReadonlyMap<Situation, readonly Answered[]>> {
  const answers = new Map<Situation, Answered[]>();
  const note = (situation: Situation, answered: Answered) =>
    answers.set(situation, [...(answers.get(situation) ?? []), answered]);
  const fresh = groups.values();
  for (const situation of Object.keys(CHANGES) as ChangeByHand[]) {
    for (let number = 1 - WARM_UP; number <= events; number += 1) {
      const group = fresh.next().value;
      if (!group) throw new Error('there are too few groups for so many events');
      await CHANGES[situation](stage.person, group);
      await stage.waiting();
      const answered = await stage.deliver();
      if (number > 0) note(situation, answered);
      while ((await stage.waiting()) > 0) {
        const own = await stage.deliver();
        if (number > 0) note('own repair', own);
      }
    }
  }
  return answers;
}

main().catch((error: Error) => {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
});
