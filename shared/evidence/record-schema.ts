import { z } from 'zod';

/*
 * What the record of a run holds, for whoever reads one: the published JSON Schema is made from this. The
 * functions only write records and have no part of it in their bundles.
 */

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const time = z.iso.datetime();
const count = z.int().min(0);

const verdict = z
  .enum(['compliant', 'violating', 'unknown', 'exempt', 'unrepairable'])
  .describe(
    'How a group stands. unknown: it could not be read completely. exempt: everything it violates is let pass. unrepairable: it violates a policy, and nothing that may be done mends it.',
  );

const severity = z
  .enum(['low', 'medium', 'high', 'critical'])
  .describe('Severity, as the policy says.');

const mode = z
  .enum(['observe', 'enforce'])
  .describe('Whether the policy only reports or also repairs.');

/** What started a run. */
export const triggerSchema = z
  .object({
    kind: z
      .string()
      .describe(
        'Through which door the run came, such as command-line, timer, actiontrail, webhook or cloud-config.',
      ),
    id: z
      .string()
      .describe(
        'The same for every retry of one trigger, another for the next; ClientTokens are derived from it.',
      ),
    time: z.string().describe('When it happened, ISO 8601.'),
    by: z
      .string()
      .optional()
      .describe('Who: the principal of an event, or the requester that a request names.'),
    reason: z
      .string()
      .optional()
      .describe('Why: the API call that an event tells of, or the reason that a request gives.'),
    reference: z.string().optional().describe('Id of the event or of its API call.'),
  })
  .describe('What started the run, who and when.');

const witness = z
  .object({
    direction: z.enum(['ingress', 'egress']).describe('Whether the packet goes in or out.'),
    family: z.union([z.literal(4), z.literal(6)]).describe('Version of IP.'),
    protocol: z.int().min(0).max(255).describe('Number of the protocol (IANA).'),
    sourcePort: z.int().nullable().describe('Null: not known, or the protocol has none.'),
    destinationPort: z.int().nullable().describe('Null: not known, or the protocol has none.'),
    peer: z.string().describe('Address of the far side.'),
    own: z.string().nullable().describe('Address of the near side. Null: any of the group.'),
    sameGroup: z.boolean().optional().describe('The far side is a member of the same group.'),
  })
  .describe('A packet that gets through although the policy denies it.');

const finding = z
  .object({
    policyId: z.string().describe('Id of the policy.'),
    severity,
    message: z.string().describe('What is wrong, where, and what decides it.'),
    status: z
      .enum(['violating', 'unrepairable', 'unknown', 'exempt'])
      .describe('violating: changes mend it. The others: the message says why not.'),
    mode,
    witness: witness.optional(),
  })
  .describe('What one policy holds against the group.');

const permission = z
  .record(z.string(), z.union([z.string(), z.number()]))
  .describe(
    'A rule in the spelling of DescribeSecurityGroupAttribute, without the fields that are empty.',
  );

const call = z
  .object({
    action: z.string().describe('API of ECS, such as AuthorizeSecurityGroupEgress.'),
    parameters: z
      .record(z.string(), z.unknown())
      .describe("Everything that is sent but the ClientToken, in the API's spelling."),
    clientToken: z
      .string()
      .max(64)
      .describe('The same on every attempt, so that ECS makes the change once.'),
    time: time
      .optional()
      .describe(
        'When its last answer came, or was waited for no longer; absent if it was not sent.',
      ),
    outcome: z
      .discriminatedUnion('status', [
        z.object({
          status: z.literal('not-sent').describe('Not yet, or not at all.'),
        }),
        z.object({
          status: z.literal('done').describe('ECS made the change.'),
          requestId: z.string().describe('Id that ECS gave the request.'),
          attempts: z.int().min(1).describe('How often it was sent.'),
        }),
        z.object({
          status: z
            .enum(['failed', 'unknown'])
            .describe('unknown: it may or may not have been made; the fresh read shows.'),
          kind: z.string().describe('What the failure means, such as quota, state or throttled.'),
          message: z.string().describe('What failed, why, and what to do.'),
          code: z.string().optional().describe('Error code of ECS.'),
          requestId: z.string().optional().describe('Id that ECS gave the request.'),
        }),
      ])
      .describe('What became of the call.'),
  })
  .describe('A call that changes the group.');

const effect = z
  .object({
    closed: z.array(z.string()).describe('Let through before and not any more.'),
    opened: z.array(z.string()).describe('Let through now and not before.'),
    example: z.string().optional().describe('A packet that now gets through.'),
  })
  .describe('Traffic whose verdict the changes turn, in words such as "TCP 25 to 0.0.0.0/0".');

const called = z.object({
  changes: count.describe('Changes called for.'),
  groups: count.describe('Groups that they concern, each counted once.'),
});

const group = z
  .object({
    regionId: z.string().describe('Region of the group.'),
    accountId: z
      .string()
      .optional()
      .describe('Account of the group; absent: the one that Palisade runs with.'),
    securityGroupId: z.string().describe('Id of the group.'),
    name: z.string().describe('Name of the group.'),
    verdict: verdict.describe('How the group stands when the record is written.'),
    verdictBefore: verdict.describe('How it stood when the run began.'),
    findings: z.array(finding).describe('What is held against it when the record is written.'),
    findingsBefore: z.array(finding).describe('What was held against it when the run began.'),
    calls: z.array(call).describe('What enforced policies, or a rollback, call for, in order.'),
    changes: count.describe(
      'Rules and descriptions changed; announced ones in an intent or a dry run.',
    ),
    effect: effect.optional(),
    unexpected: z
      .string()
      .optional()
      .describe('Traffic that a fresh read shows changed and no policy is about.'),
    leftAlone: z
      .array(z.string())
      .optional()
      .describe('What a rollback does not take back, and why.'),
    heldBack: z.string().optional().describe('Why this group alone was left as it is.'),
    tryAgain: z.literal(true).optional().describe('That was only for the moment.'),
    before: z
      .array(permission)
      .optional()
      .describe('The rules when the run began; absent where the read was not complete.'),
    after: z
      .array(permission)
      .optional()
      .describe('The rules by a fresh read after the calls; absent where nothing was sent.'),
  })
  .describe('A group with all that is known of it.');

const policy = z
  .object({
    id: z.string().describe('Id of the policy.'),
    kind: z.string().describe('Such as deny-egress, deny-ingress or describe-rules.'),
    severity,
    mode,
    groups: z
      .record(z.string(), count)
      .describe(
        'How many groups it is about, by region; regions without any are left out, and those of other accounts are written ACCOUNT/REGION.',
      ),
  })
  .describe('A policy of the run.');

const exemptionInForce = z
  .object({
    regionId: z.string().describe('Region of the group.'),
    accountId: z
      .string()
      .optional()
      .describe('Account of the group; absent: the one that Palisade runs with.'),
    securityGroupId: z.string().describe('Id of the group.'),
    name: z.string().describe('Name of the group.'),
    policyId: z.string().describe('The policy that it is an exemption from.'),
    reason: z.string().describe('Why.'),
    ticket: z.string().describe('Where it was decided.'),
    until: z.string().describe('Last day, YYYY-MM-DD in UTC.'),
    letsThrough: z
      .array(z.string())
      .describe('What it lets through as things stand; empty if nothing needs it.'),
  })
  .describe('An exemption that holds for a group.');

/** The record of one attempt at one part of a run: its intent or its outcome. */
export const recordSchema = z
  .object({
    version: z.literal(1).describe('Version of this form.'),
    runId: z.string().describe('Id of the run; the records of its parts have the same.'),
    part: z.string().describe('Part of a run that was cut into shards; whole if it was not.'),
    time: time.describe('When the record was written.'),
    trigger: triggerSchema,
    dryRun: z.boolean().describe('Nothing was to be changed, whatever the policies say.'),
    policyDigest: digest.describe('SHA-256 of the policies that were in force.'),
    policyIds: z
      .array(z.string())
      .optional()
      .describe('The policies judged by, where only some were asked for.'),
    note: z.string().optional().describe('What a reader should know about the circumstances.'),
    plan: z
      .object({
        digest: digest.describe('SHA-256 of the plan.'),
        time: time.describe('When it was made.'),
      })
      .optional()
      .describe('The saved plan that was carried out.'),
    limits: z
      .object({
        maxChanges: count.describe('Most changes of the whole run.'),
        maxGroups: count.describe('Most groups changed by the whole run.'),
      })
      .describe('The guardrails of the run.'),
    counted: z
      .object({
        limits: z
          .object({
            maxChanges: count.describe('Most changes.'),
            maxGroups: count.describe('Most groups changed.'),
          })
          .describe('The limits that held: the widest that a part of the run knew.'),
        own: called.describe('What the whole run calls for.'),
        others: called.describe(
          'What other runs called for within the hour, through whichever door.',
        ),
      })
      .optional()
      .describe('What stood against the limits; absent if nothing was called for.'),
    heldBack: z
      .array(z.string())
      .describe('Why nothing was changed although changes were called for.'),
    unfinished: z.literal(true).optional().describe('The run is to be tried again.'),
    failed: z
      .string()
      .optional()
      .describe('Why nobody tries the part again, although it did not come to its end.'),
    rest: z
      .object({
        part: z.string().describe('The part that does them.'),
        groups: count.describe('How many they are.'),
      })
      .optional()
      .describe('Groups that there was no time for; the record says nothing else of them.'),
    totals: z
      .object({
        groups: count.describe('Groups looked at.'),
        changes: count.describe('Changes made; announced ones in an intent or a dry run.'),
        compliant: count.describe('Groups with this verdict.'),
        violating: count.describe('Groups with this verdict.'),
        unknown: count.describe('Groups with this verdict.'),
        exempt: count.describe('Groups with this verdict.'),
        unrepairable: count.describe('Groups with this verdict.'),
      })
      .describe('How many groups stand how.'),
    policies: z
      .array(policy)
      .describe('The policies judged by, with how many groups of this part each is about.'),
    compliant: z
      .record(z.string(), z.array(z.string()))
      .describe(
        'Ids of the groups that nothing was held against when the run began, by region, or ACCOUNT/REGION in other accounts.',
      ),
    groups: z.array(group).describe('Every other group.'),
    exemptions: z
      .array(exemptionInForce)
      .describe('Exemptions that hold for groups of this part, needed or not.'),
  })
  .describe(
    'Record of one attempt at one part of a run, at runs/RUN/PART.ATTEMPT.STEP.json. STEP is intent, written before anything is changed, or outcome, written when the part is over.',
  );

/** A record that was read. */
export type RunRecord = z.infer<typeof recordSchema>;

/** A group in a record. */
export type GroupRecord = RunRecord['groups'][number];
