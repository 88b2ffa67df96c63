import { randomBytes } from 'node:crypto';
import type { RecordStore } from '../../shared/evidence';
import { describeEnding, exemptionsEndingSoon, inScope, regionInScope } from '../../shared/policy';
import {
  type Listing,
  type Run,
  remediate,
  runLimits,
  type Surroundings,
  totalsOf,
} from '../../shared/remediation';
import { readSettings, tellOf } from '../../shared/runtime';
import { confirm } from './confirm';
import { accountsAsked, type ConnectionOptions, connect, listAsked } from './connection';
import { exitCodeOf } from './exit-code';
import { jsonReport } from './json-report';
import { readPolicyFile } from './policy-file';
import { showProgress } from './progress';
import { openRecords, type RecordOptions } from './records';
import { surroundingsHere, TO_STANDARD_ERROR } from './surroundings';
import { textReport } from './text-report';

/** Options of `plan` and `apply`. */
export interface RunOptions extends ConnectionOptions, RecordOptions {
  readonly policy: string;
  /** Of the accounts of the policy file only some, by their ids. */
  readonly account?: readonly string[];
  readonly json?: boolean;
  readonly all?: boolean;
  /** Only for `apply`. */
  readonly yes?: boolean;
}

/** Looks at every group and says what an `apply` would change. Gives the exit code. */
export async function plan(options: RunOptions): Promise<number> {
  const { run, surroundings, listing } = await prepare(options);
  const result = await look(options, run, surroundings);
  print(options, result, listing, false);
  return exitCodeOf(totalsOf(result), listing.unlisted.length);
}

/** Repairs what the policies say may be repaired. Gives the exit code, by a fresh read afterwards. */
export async function apply(options: RunOptions): Promise<number> {
  const { run, surroundings, listing } = await prepare(options);
  if (process.stdin.isTTY && process.stdout.isTTY && !options.yes && !options.json) {
    const preview = await look(options, run, surroundings);
    print(options, preview, listing, false);
    if (preview.groups.every((group) => group.calls.length === 0)) {
      return exitCodeOf(totalsOf(preview), listing.unlisted.length);
    }
    if (!(await confirm('Make these changes? [y/N] '))) {
      console.log('Nothing was changed.');
      return exitCodeOf(totalsOf(preview), listing.unlisted.length);
    }
  }
  const result = await withProgress(options, run, surroundings);
  const settings = { ...readSettings(process.env), records: options.records ?? 'out/records' };
  await tellOf(run, result, { ...surroundings, settings, log: TO_STANDARD_ERROR });
  if (run.dryRun) console.error('PALISADE_DRY_RUN is on: nothing is changed.');
  print(options, result, listing, !run.dryRun);
  return exitCodeOf(totalsOf(result), listing.unlisted.length);
}

async function prepare(options: RunOptions): Promise<{
  run: Run;
  surroundings: Surroundings & { readonly records: RecordStore };
  listing: Listing;
}> {
  const policies = await readPolicyFile(options.policy);
  for (const ending of exemptionsEndingSoon(policies, Date.now())) {
    console.error(`${options.policy}: warning: ${describeEnding(ending)}`);
  }
  const settings = readSettings(process.env);
  const accountIds = accountsAsked(policies, options.account ?? []);
  const ecs = await connect(options, policies);
  const listing = await listAsked(ecs, options, {
    accountIds,
    isWanted: (regionId, accountId) => regionInScope(policies, regionId, accountId),
  });
  const groups = listing.groups.filter((group) => inScope(policies, group));
  const now = new Date();
  const runId = `cli-${now.toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(4).toString('hex')}`;
  const records = await openRecords(options);
  return {
    listing,
    run: {
      runId,
      part: 'whole',
      trigger: { kind: 'command-line', id: runId, time: now.toISOString() },
      dryRun: settings.dryRun,
      policies,
      limits: runLimits(policies, groups.length),
      groups,
    },
    surroundings: surroundingsHere(ecs, records, settings),
  };
}

/** A run that changes nothing, and leaves no record either: it is for whoever looks at it now. */
function look(options: RunOptions, run: Run, { records: _, ...surroundings }: Surroundings) {
  return withProgress(options, { ...run, dryRun: true }, surroundings);
}

async function withProgress(options: RunOptions, run: Run, surroundings: Surroundings) {
  if (options.json) return remediate(run, surroundings);
  const { onProgress, stop } = showProgress();
  try {
    return await remediate(run, { ...surroundings, onProgress });
  } finally {
    stop();
  }
}

function print(
  options: RunOptions,
  result: Awaited<ReturnType<typeof remediate>>,
  { unlisted }: Listing,
  applied: boolean,
): void {
  if (options.json) console.log(JSON.stringify(jsonReport(result, unlisted, applied)));
  else console.log(textReport(result, unlisted, { applied, all: options.all ?? false }));
}
