import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { CallRecord, LocalCloud } from '../local-cloud';
import { loadPolicies } from '../shared/policy/load';
import type { Verdict } from '../shared/remediation';
import { buildFunctions } from './build-functions';
import { type DemoCloud, startDemoCloud } from './demo/cloud';
import { showEvent, showWebhook } from './demo/doors';
import { showEvidence, showRollback } from './demo/evidence';
import { demoInventory } from './demo/inventory';
import { addPerson } from './demo/person';
import { demoPolicy } from './demo/policy';
import { type GroupStory, readStories, recordedRuns } from './demo/records';
import { announce, caseList, regionTable, say, showWhile } from './demo/show';
import { writeReport } from './report';

const OUT = resolve('out', 'demo');
const BUILT_FUNCTIONS = join(OUT, 'functions');

/**
 * Shows the product on this machine: builds the functions, lets a timer start them against the local
 * cloud, says what they found and did, and lets the timer fire again; then a forbidden path is opened and
 * closed by the event about it, and another one by a signed request, which is taken back; the records are
 * verified, and a report is written. Writes out/demo/summary.json.
 */
async function main(): Promise<void> {
  const started = Date.now();
  await rm(OUT, { recursive: true, force: true });
  await mkdir(OUT, { recursive: true });

  announce('Build the functions, with a policy file compiled in');
  const policyFile = join(OUT, 'policy.yaml');
  await writeFile(policyFile, demoPolicy(started));
  for (const { name, bytes } of await buildFunctions(policyFile, BUILT_FUNCTIONS)) {
    say(`${name}: one CommonJS bundle, ${(bytes / 1024).toFixed(0)} kB`);
  }

  announce('Start the local cloud: ECS, STS, OSS, ActionTrail and Function Compute on one port');
  const inventory = demoInventory();
  await writeFile(join(OUT, 'inventory.json'), JSON.stringify(inventory.regions, null, 1));
  const demo = await startDemoCloud(inventory, BUILT_FUNCTIONS);
  const { cloud } = demo;
  try {
    const { groups, rules } = inventory;
    say(`${cloud.endpoint}: ${groups.size} groups with ${rules} rules`);

    announce('The timer fires: sweep lists the groups, enforce repairs them shard by shard');
    const stories = await sweep(demo);
    const writes = countWrites(cloud);
    say(regionTable(stories, groups));
    announce('Groups that are easy to get wrong');
    say(caseList(stories, inventory.cases));

    announce('The timer fires again: every group is read and judged afresh');
    cloud.calls.clear();
    const storiesAfter = await sweep(demo);
    const secondWrites = cloud.calls.all().filter(isWrite).length;

    const person = addPerson(cloud, 'alice');
    const [first, second] = placesToOpen(storiesAfter, groups);
    announce(
      `Alice opens remote desktop to the Internet in ${first.securityGroupId}; ActionTrail reports it`,
    );
    const event = await showEvent(demo, person, first);
    announce(
      `Alice does so in ${second.securityGroupId}; a playbook asks the webhook for a repair`,
    );
    const webhook = await showWebhook(demo, person, second);

    announce('The repair that the playbook asked for is taken back');
    const policies = loadPolicies(await readFile(policyFile, 'utf8'), policyFile, started);
    const rollback = await showRollback(demo, policies, webhook.runId);

    announce('The timer fires a last time, and repairs it again');
    cloud.calls.clear();
    const storiesInTheEnd = await sweep(demo);
    const { verdictBefore, verdict } = storiesInTheEnd.get(second.securityGroupId) ?? {};
    say(`${second.securityGroupId}: ${verdictBefore} → ${verdict}`);

    announce('The records are verified, and so is a copy that was tampered with');
    const evidence = await showEvidence(
      demo.records,
      join(OUT, 'records'),
      join(OUT, 'tampered-records'),
    );

    announce('Left behind');
    const summary = {
      groups: groups.size,
      rules,
      before: tally([...stories.values()].map((story) => story.verdictBefore)),
      after: tally([...storiesAfter.values()].map((story) => story.verdict)),
      writes,
      secondSweep: { writes: secondWrites },
      event,
      webhook,
      rollback,
      evidence,
      durationMs: Date.now() - started,
    };
    await writeFile(join(OUT, 'functions.log'), demo.logs.map((line) => `${line}\n`).join(''));
    await writeFile(join(OUT, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
    await writeReport(demo.records, {
      run: 'latest',
      now: Date.now(),
      file: join(OUT, 'report.html'),
      format: 'html',
      language: 'en',
    });
    say(`${shown('report.html')}: the report, to open in a browser`);
    say(`${shown('summary.json')}: the figures of this demo`);
    say(`${shown('records')}: what each run found, planned, sent and saw afterwards`);
    say(`${shown('inventory.json')}, ${shown('policy.yaml')}: what it started from`);
    say(`${shown('functions.log')}: what the functions logged`);
  } finally {
    await cloud.close();
  }
}

/** Fires the timer, waits until every shard is done, and gives what became of each group. */
async function sweep({
  cloud,
  functions,
  records,
  logs,
  settled,
}: DemoCloud): Promise<Map<string, GroupStory>> {
  const earlier = await recordedRuns(records);
  const done = functions.invocations.length;
  await functions.fireTimer('palisade-sweep');
  await showWhile(settled(), () => {
    const calls = cloud.calls.all().filter((call) => call.product === 'Ecs');
    const writes = calls.filter((call) => call.write).length;
    const finished = functions.invocations.length - done;
    return `${calls.length - writes} reads, ${writes} writes, ${finished} invocations finished`;
  });
  const failed = functions.invocations.slice(done).find((each) => each.errorType !== undefined);
  if (failed)
    throw new Error(`${failed.functionName} failed: ${failed.errorMessage}\n${logs.at(-1)}`);
  const [runId] = [...(await recordedRuns(records))].filter((each) => !earlier.has(each));
  if (runId === undefined) throw new Error('the sweep left no record');
  return readStories(records, runId);
}

/** Two groups that are compliant now. */
function placesToOpen(
  stories: ReadonlyMap<string, GroupStory>,
  regions: ReadonlyMap<string, string>,
) {
  const [first, second] = [...stories.values()]
    .filter(({ verdict, found }) => verdict === 'compliant' && found.length === 0)
    .map(({ securityGroupId }) => ({
      securityGroupId,
      regionId: regions.get(securityGroupId) ?? '',
    }));
  if (!first || !second) throw new Error('there are no compliant groups to open');
  return [first, second] as const;
}

function isWrite({ product, write }: CallRecord): boolean {
  return write && product === 'Ecs';
}

function countWrites(cloud: LocalCloud): Record<string, number> {
  const writes: Record<string, number> = {
    AuthorizeSecurityGroup: 0,
    AuthorizeSecurityGroupEgress: 0,
    ModifySecurityGroupRule: 0,
    ModifySecurityGroupEgressRule: 0,
  };
  for (const call of cloud.calls.all().filter(isWrite)) {
    writes[call.action] = (writes[call.action] ?? 0) + 1;
  }
  return writes;
}

/** An exempt group counts as compliant, one that cannot be repaired as violating; both are also told apart. */
function tally(verdicts: readonly Verdict[]) {
  const count = (...some: readonly Verdict[]) =>
    verdicts.filter((verdict) => some.includes(verdict)).length;
  return {
    compliant: count('compliant', 'exempt'),
    violating: count('violating', 'unrepairable'),
    unknown: count('unknown'),
    ofWhich: { exempt: count('exempt'), unrepairable: count('unrepairable') },
  };
}

function shown(name: string): string {
  return relative(process.cwd(), join(OUT, name));
}

main().catch((error: Error) => {
  console.error(`demo: ${error.message}`);
  process.exitCode = 1;
});
