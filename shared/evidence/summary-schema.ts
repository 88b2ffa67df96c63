import { z } from 'zod';
import type { Summary } from '../runs';
import { triggerSchema } from './record-schema';

const count = z.int().min(0);

/** What the summary of a run holds, for whoever reads one: the published JSON Schema is made from this. */
export const summarySchema = z
  .object({
    version: z.literal(1).describe('Version of this form.'),
    runId: z.string().describe('Id of the run.'),
    time: z.iso.datetime().describe('When the summary was written.'),
    trigger: triggerSchema,
    dryRun: z.boolean().describe('Nothing was to be changed, whatever the policies say.'),
    policyDigest: z.string().describe('SHA-256 of the policies that were in force.'),
    startedAt: z.iso.datetime().describe('When the run was cut into parts.'),
    durationMs: z.number().describe('Milliseconds from then until the summary.'),
    closedBy: z.string().describe('The part that ended last, or what else closed the run.'),
    parts: z
      .object({
        planned: count.describe('Parts that the run was cut into.'),
        done: count.describe('Parts that came to their end.'),
        handedOn: count.describe(
          'Parts that ended for lack of time, their rest being another part.',
        ),
        failed: count.describe('Parts that failed for good.'),
        lost: count.describe('Parts of which nobody knows what became of them.'),
      })
      .describe('How the parts of the run ended.'),
    failures: z
      .array(
        z.object({
          part: z.string().describe('Name of the part.'),
          groups: count.describe('Groups that it was about.'),
          reason: z.string().describe('Why it failed, or how it got lost.'),
        }),
      )
      .describe('Parts that failed or got lost.'),
    unlisted: z
      .array(
        z.object({
          place: z.string().describe('Such as a region.'),
          reason: z.string().describe('Why its groups could not be listed.'),
        }),
      )
      .describe('Places whose groups could not be listed, and were not looked at.'),
    heldBack: z
      .array(z.string())
      .describe('Why nothing was changed although changes were called for.'),
    totals: z
      .object({
        groups: count.describe('Groups that the run was about.'),
        changes: count.describe('Changes made; those called for in a dry run.'),
        compliant: count.describe('Groups with this verdict.'),
        violating: count.describe('Groups with this verdict.'),
        unknown: count.describe('Groups with this verdict, those of failed parts among them.'),
        exempt: count.describe('Groups with this verdict.'),
        unrepairable: count.describe('Groups with this verdict.'),
      })
      .describe('How many groups stand how, by the last attempt at each part.'),
  })
  .describe(
    'Summary of a run that was cut into parts, at runs/RUN/summary.json, written once when the last of them has ended.',
  ) satisfies z.ZodType<Omit<Summary, 'trigger'>>;
