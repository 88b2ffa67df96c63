import { isLookedAfter, selectPolicies } from '../shared/policy';
import { decodeShard, type Run, remediate, totalsOf } from '../shared/remediation';
import { credentialsOf, type FunctionContext, startInvocation } from '../shared/runtime';
import { placeName } from '../shared/security-group';
import { policies } from './policies';

/**
 * Repairs one shard of a run: the sweep calls it asynchronously, and so does any other door whose run is
 * over many groups. Started again after it was killed, it reads afresh and sends the same ClientTokens, so
 * nothing is done twice. Throws when the shard cannot be worked on at all, or a group of it was busy, so
 * that the platform tries again.
 */
export async function handler(event: Uint8Array, context: FunctionContext): Promise<string> {
  const { policyIds, ...shard } = decodeShard(event);
  const { runId, part } = shard;
  const { settings, surroundings, report } = startInvocation(context, process.env, policies, {
    runId,
    part,
  });
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
    ...(policyIds ? { policyIds } : {}),
    policies: policyIds ? selectPolicies(policies, policyIds) : policies,
    dryRun: shard.dryRun || settings.dryRun,
  };
  const result = await remediate(run, surroundings);
  await report(run, result, 'shard done');
  const busy = result.groups.filter((group) => group.tryAgain === true);
  if (busy.length > 0) {
    throw new Error(
      `run ${runId} will be tried again: ${busy.map((group) => `${group.securityGroupId}: ${group.heldBack}`).join('; ')}`,
    );
  }
  return JSON.stringify({ runId, part, heldBack: result.heldBack, totals: totalsOf(result) });
}
