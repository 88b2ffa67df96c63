import { isLookedAfter, selectPolicies } from '../shared/policy';
import { decodeShard, type Run, totalsOf } from '../shared/remediation';
import {
  credentialsOf,
  type FunctionContext,
  startInvocation,
  workOnShard,
} from '../shared/runtime';
import { placeName } from '../shared/security-group';
import { policies } from './policies';

/**
 * Repairs one shard of a run: the sweep calls it asynchronously, and so does any other door whose run is
 * over many groups. When its time is over it hands the rest on to a new call of itself. Started again after
 * it was killed, it reads afresh and sends the same ClientTokens, so nothing is done twice. Throws when the
 * shard cannot be worked on at all, or a group of it was busy, so that the platform tries again.
 */
export async function handler(event: Uint8Array, context: FunctionContext): Promise<string> {
  const shard = decodeShard(event);
  const { runId, part, policyIds, callsPerSecond } = shard;
  const about = { runId, part };
  const invocation = startInvocation(context, process.env, policies, about, { callsPerSecond });
  credentialsOf(context);
  if (shard.policyDigest !== policies.digest) {
    throw new Error(
      'the shard was made with other policies than this function carries: deploy all functions from the same build',
    );
  }

  const strange = shard.groups.find((group) => !isLookedAfter(policies, group));
  if (strange) {
    throw new Error(
      `the shard has groups in ${placeName(strange)}, which the policies of this function do not look after: deploy all functions from the same build`,
    );
  }

  const run: Run = {
    ...shard,
    policies: policyIds ? selectPolicies(policies, policyIds) : policies,
    dryRun: shard.dryRun || invocation.settings.dryRun,
  };
  const worked = await workOnShard(run, shard, context.function.name, invocation);
  if (worked.kind === 'ended-before') return JSON.stringify({ runId, part });
  const { heldBack, rest } = worked.result;
  return JSON.stringify({ runId, part, heldBack, totals: totalsOf(worked.result), to: rest?.part });
}
