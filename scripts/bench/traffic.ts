/**
 * Measures the traffic engine: decisions a second, judging whole groups, never-matched rules beside the
 * pairwise check of other tools, and what hostile rule sets cost. Prints tables and writes
 * out/bench/traffic.json. `--classbench DIR` adds every filter set in a folder.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { EVERY_ADDRESS, type Rule } from '../../shared/security-group';
import {
  allowed,
  allowedTraffic,
  decide,
  type Flow,
  neverMatched,
  type Packet,
  type RuleSet,
  redundant,
} from '../../shared/traffic';
import { parseClassBench } from './classbench';
import { generateRules, seededRandom } from './generated-rules';
import { generateCliques, generateSlabs } from './hostile-rules';
import { containedRules } from './pairwise';

const OUT = join('out', 'bench', 'traffic.json');

/** Runs the benchmark; `--classbench DIR` is the only parameter. */
export function run(parameters: readonly string[]): void {
  const { values } = parseArgs({
    args: [...parameters],
    options: { classbench: { type: 'string' } },
  });
  const report = {
    node: process.version,
    decide: [200, 1000].map(measureDecisions),
    judge: [200, 1000].map(measureJudging),
    neverMatched: [...generatedSets(), ...classBenchSets(values.classbench)].map(measureSet),
    hostile: hostileSets().map(measureHostile),
  };
  print('One packet', report.decide);
  print('A group against 20 policies, each for IPv4 and IPv6', report.judge);
  print('Never-matched rules, exact and pairwise', report.neverMatched);
  print('Hostile rule sets', report.hostile);
  mkdirSync(join('out', 'bench'), { recursive: true });
  writeFileSync(OUT, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`written to ${OUT}`);
}

function ruleSetOf(rules: readonly Rule[]): RuleSet {
  return { groupType: 'normal', innerAccessPolicy: 'accept', rules };
}

/** The time of a task in milliseconds: the median of several runs after warming up. */
function time(task: () => unknown, runs: number): number {
  task();
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    task();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[times.length >> 1] ?? 0;
}

function round(milliseconds: number): number {
  return Number(milliseconds.toPrecision(3));
}

function measureDecisions(rules: number) {
  const random = seededRandom(7);
  const ruleSet = ruleSetOf(generateRules(rules, 7, 'triple'));
  const packets = Array.from(
    { length: 10_000 },
    (): Packet => ({
      direction: 'ingress',
      family: 4,
      protocol: random() < 0.8 ? 6 : 17,
      sourcePort: 50_000,
      destinationPort: [22, 80, 443, 3306, 8080][Math.floor(random() * 5)] ?? 22,
      peer: BigInt(Math.floor(random() * 2 ** 32)),
      own: 0x0a000001n,
    }),
  );
  const milliseconds = time(() => packets.map((packet) => decide(ruleSet, packet)), 5);
  return { rules, 'decisions/s': Math.round((packets.length / milliseconds) * 1000) };
}

/** Twenty policies: sixteen single ports, a range, and all of TCP, of UDP and of everything. */
function policies(): Flow[][] {
  const toAnybody = (protocol: Flow['protocol'], ports: Flow['ports']): Flow[] =>
    ([4, 6] as const).map((family) => ({
      family,
      protocol,
      ports,
      sourcePorts: 'all',
      peer: { kind: 'cidr', cidr: EVERY_ADDRESS[family] },
    }));
  const ports = [21, 22, 23, 25, 53, 80, 443, 445, 1433, 3306, 3389, 5432, 6379, 8080, 9200, 27017];
  return [
    ...ports.map((port) => toAnybody(6, { first: port, last: port })),
    toAnybody(6, { first: 135, last: 139 }),
    toAnybody(6, 'all'),
    toAnybody(17, 'all'),
    toAnybody('all', 'all'),
  ];
}

function measureJudging(rules: number) {
  const parsed = generateRules(rules, 7, 'triple');
  // A new rule set every time, so that nothing is remembered from the run before.
  const judge = () => {
    const ruleSet = ruleSetOf(parsed);
    return policies().map((region) => allowed(ruleSet, 'ingress', region).verdict);
  };
  const all = time(judge, 101);
  const one = time(() => allowed(ruleSetOf(parsed), 'ingress', policies()[1] ?? []), 101);
  return {
    rules,
    '20 policies, ms': round(all),
    'mean per policy, ms': round(all / 20),
    'one policy alone, ms': round(one),
    'redundant, ms': round(time(() => redundant(ruleSetOf(parsed), 'ingress'), 5)),
  };
}

interface NamedSet {
  readonly name: string;
  readonly rules: readonly Rule[];
}

function generatedSets(): NamedSet[] {
  return (['triple', 'quintuple'] as const).flatMap((shape) =>
    [1_000, 10_000].map((count) => ({
      name: `generated ${shape}`,
      rules: generateRules(count, 1, shape),
    })),
  );
}

function classBenchSets(folder: string | undefined): NamedSet[] {
  if (folder === undefined) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name, rules: parseClassBench(readFileSync(join(folder, name), 'utf8')) }));
}

function measureSet({ name, rules }: NamedSet) {
  const runs = rules.length > 2_000 ? 3 : 15;
  const answer = neverMatched(ruleSetOf(rules), 'ingress');
  const exact = time(() => neverMatched(ruleSetOf(rules), 'ingress'), runs);
  const pairwise = time(() => containedRules(rules), runs);
  const found = answer.verdict === 'exact' ? answer.rules : [];
  return {
    set: name,
    rules: rules.length,
    verdict: answer.verdict,
    'exact, ms': round(exact),
    'pairwise, ms': round(pairwise),
    'times pairwise': round(exact / pairwise),
    found: found.length,
    'found pairwise': containedRules(rules).length,
    'covered by several': found.filter(({ coveredBy }) => coveredBy.length > 1).length,
  };
}

function hostileSets(): NamedSet[] {
  return [
    { name: 'slabs', rules: generateSlabs(201) },
    { name: 'slabs', rules: generateSlabs(1_001) },
    { name: 'cliques', rules: generateCliques(1_000, 1) },
    { name: 'cliques', rules: generateCliques(5_000, 1) },
  ];
}

/** Each question once, as the first is what a hostile group would cost. */
function measureHostile({ name, rules }: NamedSet) {
  const ruleSet = ruleSetOf(rules);
  const region = policies()[17] ?? [];
  const once = (ask: () => { readonly verdict: string }) => {
    const start = performance.now();
    const { verdict } = ask();
    return `${verdict} in ${round(performance.now() - start)} ms`;
  };
  return {
    set: name,
    rules: rules.length,
    allowed: once(() => allowed(ruleSet, 'ingress', region)),
    allowedTraffic: once(() => allowedTraffic(ruleSet, 'ingress', region)),
    neverMatched: once(() => neverMatched(ruleSet, 'ingress')),
    'memory, MB': Math.round(process.memoryUsage().rss / 2 ** 20),
  };
}

function print(title: string, rows: readonly Readonly<Record<string, string | number>>[]): void {
  const style = { head: [], border: [] };
  const table = new Table({ head: Object.keys(rows[0] ?? {}), style });
  for (const row of rows) table.push(Object.values(row));
  console.log(`\n${title}\n${table.toString()}`);
}
