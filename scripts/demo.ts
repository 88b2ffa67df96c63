import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { type LocalCloud, startLocalCloud } from '../local-cloud';
import { createFunctionCompute, type FunctionCompute } from '../local-cloud/function-compute';
import { createFolderStore } from '../shared/evidence';
import type { Verdict } from '../shared/remediation';
import { buildFunctions } from './build-functions';
import { type DemoInventory, demoInventory } from './demo/inventory';
import { demoPolicy } from './demo/policy';
import { type GroupStory, readStories, recordedRuns } from './demo/records';
import { announce, caseList, regionTable, say, showWhile } from './demo/show';
import { definitionsFor } from './local-deployment';

const PROJECT = join(__dirname, '..');
const OUT = resolve('out', 'demo');
const RECORDS = join(OUT, 'records');
const BUILT_FUNCTIONS = join(OUT, 'functions');

/**
 * Shows the product on this machine: builds the functions, lets a timer start them against the local
 * cloud, says what they found and did, and lets the timer fire again. Writes out/demo/summary.json.
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

  announce('Start the local cloud: ECS, STS and Function Compute on one loopback port');
  const inventory = demoInventory();
  await writeFile(join(OUT, 'inventory.json'), JSON.stringify(inventory.regions, null, 1));
  const { cloud, functions, logs } = await startCloud(inventory);
  try {
    const { groups, rules } = inventory;
    say(`${cloud.endpoint}: ${groups.size} groups with ${rules} rules`);

    announce('The timer fires: sweep lists the groups, enforce repairs them shard by shard');
    const stories = await sweep(cloud, functions);
    const writes = countWrites(cloud);
    say(regionTable(stories, groups));
    announce('Groups that are easy to get wrong');
    say(caseList(stories, inventory.cases));

    announce('The timer fires again: every group is read and judged afresh');
    cloud.calls.clear();
    const storiesAfter = await sweep(cloud, functions);
    const secondWrites = cloud.calls.all().filter((call) => call.write).length;

    announce('Left behind');
    const summary = {
      groups: groups.size,
      rules,
      before: tally([...stories.values()].map((story) => story.verdictBefore)),
      after: tally([...storiesAfter.values()].map((story) => story.verdict)),
      writes,
      secondSweep: { writes: secondWrites },
      durationMs: Date.now() - started,
    };
    await writeFile(join(OUT, 'functions.log'), logs.map((line) => `${line}\n`).join(''));
    await writeFile(join(OUT, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
    say(`${shown('summary.json')}: the figures of this demo`);
    say(`${shown('records')}: what each run found, planned, sent and saw afterwards`);
    say(`${shown('inventory.json')}, ${shown('policy.yaml')}: what it started from`);
    say(`${shown('functions.log')}: what the functions logged`);
  } finally {
    await cloud.close();
  }
}

async function startCloud({ regions }: DemoInventory): Promise<{
  readonly cloud: LocalCloud;
  readonly functions: FunctionCompute;
  readonly logs: readonly string[];
}> {
  const logs: string[] = [];
  let functions: FunctionCompute | undefined;
  const cloud = await startLocalCloud({
    inventory: regions,
    latency: 2,
    functionCompute: async ({ accountId, endpoint, ...context }) => {
      functions = createFunctionCompute({
        ...context,
        accountId,
        regionId: 'cn-hangzhou',
        functions: await definitionsFor({
          template: join(PROJECT, 'template.yml'),
          accountId,
          endpoint,
          records: RECORDS,
          builtFunctions: BUILT_FUNCTIONS,
        }),
        onLog: (line) => logs.push(line),
      });
      return functions;
    },
  });
  if (!functions) throw new Error('the local cloud started without Function Compute');
  return { cloud, functions, logs };
}

/** Fires the timer, waits until every shard is done, and gives what became of each group. */
async function sweep(
  cloud: LocalCloud,
  functions: FunctionCompute,
): Promise<Map<string, GroupStory>> {
  const records = createFolderStore(RECORDS);
  const earlier = await recordedRuns(records);
  const done = functions.invocations.length;
  await functions.fireTimer('palisade-sweep');
  await showWhile(functions.idle(), () => {
    const calls = cloud.calls.all();
    const writes = calls.filter((call) => call.write).length;
    const finished = functions.invocations.length - done;
    return `${calls.length - writes} reads, ${writes} writes, ${finished} invocations finished`;
  });
  const failed = functions.invocations.slice(done).find((each) => each.errorType !== undefined);
  if (failed) throw new Error(`${failed.functionName} failed: see ${shown('functions.log')}`);
  const [runId] = [...(await recordedRuns(records))].filter((each) => !earlier.has(each));
  if (runId === undefined) throw new Error('the sweep left no record');
  return readStories(records, runId);
}

function countWrites(cloud: LocalCloud): Record<string, number> {
  const writes: Record<string, number> = {
    AuthorizeSecurityGroup: 0,
    AuthorizeSecurityGroupEgress: 0,
    ModifySecurityGroupRule: 0,
    ModifySecurityGroupEgressRule: 0,
  };
  for (const { action, write } of cloud.calls.all()) {
    if (write) writes[action] = (writes[action] ?? 0) + 1;
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
