import { hostname, userInfo } from 'node:os';
import {
  accountTargets,
  inScope,
  memberAccount,
  type PolicySet,
  regionInScope,
} from '../../shared/policy';
import { policyFile } from '../../shared/policy/schema';
import {
  limitsOfFew,
  type RunLimits,
  type RunResult,
  runLimits,
  type Surroundings,
} from '../../shared/remediation';
import {
  type PreparedRollback,
  prepareRollback,
  type RecordedRun,
  readRecordedRun,
  rollBack,
} from '../../shared/remediation/rollback';
import { readSettings, tellOf } from '../../shared/runtime';
import { confirm } from './confirm';
import { connect, listAsked } from './connection';
import { EXIT_CODES } from './exit-code';
import { type Interruption, interruptible } from './interruption';
import { readPolicyFile } from './policy-file';
import { openRecords, type RecordOptions } from './records';
import { type RollbackOutcome, rollbackJson, rollbackText } from './rollback-report';
import { surroundingsHere, TO_STANDARD_ERROR } from './surroundings';

/** Options of `rollback`. */
export interface RollbackOptions extends RecordOptions {
  readonly group: readonly string[];
  readonly yes?: boolean;
  readonly policy?: string;
  readonly endpoint?: string;
  readonly json?: boolean;
}

/** Says what taking a run back would do, and does it if that is wanted. Gives the exit code. */
export function rollback(runId: string, options: RollbackOptions): Promise<number> {
  return interruptible((interruption) => takeBack(runId, options, interruption));
}

async function takeBack(
  runId: string,
  options: RollbackOptions,
  interruption: Interruption,
): Promise<number> {
  const settings = readSettings(process.env);
  const records = await openRecords(options);
  const recorded = await readRecordedRun(records, runId);
  const policies = await policiesOf(options, recorded);
  const strange = recorded.groups.find(
    ({ accountId }) => accountId !== undefined && !memberAccount(policies, accountId),
  );
  if (strange) {
    throw new Error(
      `run ${runId} changed groups of account ${strange.accountId}: name a policy file with --policy that says ` +
        'which role to assume there',
    );
  }
  const ecs = await connect({ region: [], ...endpointOf(options) }, policies);
  const surroundings = {
    ...surroundingsHere(ecs, records, settings),
    interruption: interruption.signal,
  };
  const request = {
    recorded,
    securityGroupIds: options.group,
    by: `${userInfo().username}@${hostname()}`,
    policies,
    limits: await limitsOf(options, policies, surroundings),
    dryRun: false,
  };
  const prepared = await prepareRollback(request, records, surroundings);
  const { records: _, ...withoutRecords } = surroundings;
  const preview = await rollBack(
    { ...prepared, run: { ...prepared.run, dryRun: true } },
    records,
    withoutRecords,
  );
  const tell = (result: RunResult, applied: boolean) =>
    print(options, { recorded, rollback: prepared, result, applied });
  const hasCalls = preview.groups.some((group) => group.calls.length > 0);
  const isAsked = !options.yes && !options.json && process.stdin.isTTY && process.stdout.isTTY;
  const mayChange = !settings.dryRun && (options.yes || isAsked);
  // One that was interrupted when all was done is only to be recorded.
  const isWanted = hasCalls ? mayChange : prepared.isResumed && !settings.dryRun;
  if (!isWanted || !options.json) tell(preview, false);
  if (!isWanted) {
    if (hasCalls) console.error(settings.dryRun ? DRY_RUN : NOBODY_ASKED);
    return exitCodeOf(prepared, preview);
  }
  if (hasCalls && isAsked && !(await confirm('Take this back? [y/N] ', interruption))) {
    console.log('Nothing was changed.');
    return exitCodeOf(prepared, preview);
  }
  const result = await rollBack(prepared, records, surroundings);
  const place = options.records ?? 'out/records';
  const { run } = prepared;
  await tellOf(run, result, {
    ...surroundings,
    settings: { ...settings, records: place },
    log: TO_STANDARD_ERROR,
  });
  tell(result, true);
  return exitCodeOf(prepared, result);
}

const DRY_RUN = 'PALISADE_DRY_RUN is on: nothing is changed.';
const NOBODY_ASKED = 'Nothing was changed: add --yes to do it.';

/** Without a policy file, the guardrails that a file has which says nothing of them. */
async function policiesOf(
  { policy }: RollbackOptions,
  { policyDigest }: RecordedRun,
): Promise<PolicySet> {
  if (policy !== undefined) return readPolicyFile(policy);
  const { guardrails, quotas } = policyFile.shape;
  return {
    version: 1,
    guardrails: guardrails.parse(undefined),
    quotas: quotas.parse(undefined),
    policies: [],
    digest: policyDigest,
  };
}

/** A percentage is of all groups that the policies are about, as for every run over a few of them. */
function limitsOf(
  options: RollbackOptions,
  policies: PolicySet,
  { ecs, records, now }: Surroundings,
): Promise<RunLimits> | RunLimits {
  if (options.policy === undefined || !records) return runLimits(policies, 0);
  return limitsOfFew(records, policies, now(), async () => {
    const isWanted = (regionId: string, accountId?: string) =>
      regionInScope(policies, regionId, accountId);
    const accountIds = accountTargets(policies);
    const { groups } = await listAsked(ecs, { region: [] }, { accountIds, isWanted });
    return groups.filter((group) => inScope(policies, group)).length;
  });
}

function endpointOf({ endpoint }: RollbackOptions) {
  return endpoint === undefined ? {} : { endpoint };
}

function print(options: RollbackOptions, outcome: RollbackOutcome): void {
  const now = Date.now();
  console.log(
    options.json ? JSON.stringify(rollbackJson(outcome, now)) : rollbackText(outcome, now),
  );
}

function exitCodeOf({ unlisted }: PreparedRollback, { heldBack, groups }: RunResult): number {
  if (unlisted.length > 0 || groups.some(({ before }) => before === undefined)) {
    return EXIT_CODES.unknown;
  }
  const isLeft = groups.some(
    ({ calls, leftAlone }) =>
      leftAlone !== undefined || calls.some(({ outcome }) => outcome.status !== 'done'),
  );
  return isLeft || heldBack.length > 0 ? EXIT_CODES.violations : EXIT_CODES.compliant;
}
