import { randomBytes } from 'node:crypto';
import type { RecordStore } from '../../shared/evidence';
import {
  describeEnding,
  exemptionsEndingSoon,
  inScope,
  type PolicySet,
  regionInScope,
} from '../../shared/policy';
import { type Listing, type Run, runLimits, type Surroundings } from '../../shared/remediation';
import type { SealedPlan } from '../../shared/remediation/saved-plan';
import { readSettings, type Settings } from '../../shared/runtime';
import { placeName } from '../../shared/security-group';
import { accountsAsked, type ConnectionOptions, connect, listAsked } from './connection';
import {
  describeNarrowing,
  groupIdsOf,
  isNarrowed,
  type NarrowingOptions,
  narrowGroups,
  narrowPolicies,
} from './narrowing';
import { readPolicyFile } from './policy-file';
import { showActivity } from './progress';
import { openRecords, type RecordOptions } from './records';
import { surroundingsHere } from './surroundings';

/** Options of `plan` and `apply` that say what is looked at. */
export interface TargetOptions extends ConnectionOptions, RecordOptions, NarrowingOptions {
  readonly policy: string;
  /** Of the accounts of the policy file only some, by their ids. */
  readonly account: readonly string[];
}

/** A run that is ready to begin. */
export interface PreparedRun {
  readonly run: Run;
  readonly surroundings: Surroundings & { readonly records: RecordStore };
  readonly settings: Settings;
  readonly unlisted: Listing['unlisted'];
  /** How many groups the policy file is about where was looked. */
  readonly groupCount: number;
}

/** Finds the groups that the options ask for. Throws when there is nothing to look at that was asked for. */
export async function prepareRun(options: TargetOptions): Promise<PreparedRun> {
  const all = await readPolicies(options.policy);
  const policies = narrowPolicies(all, options.policy, options.only);
  const groupIds = groupIdsOf(options);
  const settings = readSettings(process.env);
  const accountIds = accountsAsked(all, options.account);
  const ecs = await connect(options, all);
  // A percentage is of all groups that the file is about, so that these are counted first.
  const { maxGroupsPercent } = all.guardrails;
  const isCounted = maxGroupsPercent > 0 && maxGroupsPercent < 100;
  const listed = isCounted ? all : policies;
  const listing = await showActivity(
    'Listing groups',
    listAsked(ecs, options, {
      accountIds,
      isWanted: (regionId, accountId) => regionInScope(listed, regionId, accountId),
      ...(!isCounted && groupIds.length > 0 ? { securityGroupIds: groupIds } : {}),
    }),
  );
  const groupCount = listing.groups.filter((group) => inScope(listed, group)).length;
  const groups = narrowGroups(listing, policies, options);
  if (groups.length === 0 && isNarrowed(options)) {
    console.error(`warning: no group that a policy is about fits ${describeNarrowing(options)}`);
  }
  return {
    run: {
      ...newRun(policies, settings),
      ...(options.only.length > 0 ? { policyIds: options.only } : {}),
      limits: runLimits(all, groupCount),
      groups,
    },
    surroundings: surroundingsHere(ecs, await openRecords(options), settings),
    settings,
    unlisted: listing.unlisted,
    groupCount,
  };
}

/** Finds the groups of a saved plan, as far as they are still there. */
export async function preparePlanned(
  options: TargetOptions,
  { plan, digest }: SealedPlan,
  all: PolicySet,
): Promise<PreparedRun> {
  const policies = narrowPolicies(all, options.policy, plan.policyIds ?? []);
  const settings = readSettings(process.env);
  const ecs = await connect(options, all);
  const regionIds = [...new Set(plan.groups.map(({ regionId }) => regionId))];
  const places = new Set(plan.groups.map(placeName));
  const { groups, unlisted } =
    regionIds.length === 0
      ? { groups: [], unlisted: [] }
      : await showActivity(
          'Listing groups',
          listAsked(
            ecs,
            { ...options, region: regionIds },
            {
              accountIds: [...new Set(plan.groups.map(({ accountId }) => accountId))],
              isWanted: (regionId, accountId) => places.has(placeName({ regionId, accountId })),
              securityGroupIds: plan.groups.map(({ securityGroupId }) => securityGroupId),
            },
          ),
        );
  return {
    run: {
      ...newRun(policies, settings),
      ...(plan.policyIds ? { policyIds: plan.policyIds } : {}),
      plan: { digest, time: plan.time },
      limits: runLimits(all, plan.groupCount),
      groups,
    },
    surroundings: surroundingsHere(ecs, await openRecords(options), settings),
    settings,
    unlisted,
    groupCount: plan.groupCount,
  };
}

/** Reads the policy file, and warns of exemptions that end soon. Throws PolicyFileError. */
export async function readPolicies(file: string): Promise<PolicySet> {
  const policies = await readPolicyFile(file);
  for (const ending of exemptionsEndingSoon(policies, Date.now())) {
    console.error(`${file}: warning: ${describeEnding(ending)}`);
  }
  return policies;
}

function newRun(policies: PolicySet, { dryRun }: Settings) {
  const now = new Date();
  const runId = `cli-${now.toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(4).toString('hex')}`;
  return {
    runId,
    part: 'whole',
    trigger: { kind: 'command-line', id: runId, time: now.toISOString() },
    dryRun,
    policies,
  } as const;
}
