import { z } from 'zod';

/** How a group stands, and how findings are counted; in the order in which reports name them. */
export const VERDICTS = ['compliant', 'exempt', 'violating', 'unrepairable', 'unknown'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Severities, the worst first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;
export type Severity = (typeof SEVERITIES)[number];

const verdict = z.enum(VERDICTS);
const severity = z.enum(SEVERITIES);
const mode = z.enum(['observe', 'enforce']);

const trigger = z.object({
  kind: z.string(),
  time: z.string(),
  by: z.string().optional(),
  reason: z.string().optional(),
  reference: z.string().optional(),
});

/** What the record of any run tells of it as a whole, however many groups it was about. */
const heading = z.object({
  version: z.literal(1),
  runId: z.string(),
  part: z.string(),
  time: z.iso.datetime({ offset: true }),
  trigger,
  dryRun: z.boolean(),
  policyDigest: z.string(),
  heldBack: z.array(z.string()),
  policies: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      severity,
      mode,
      groups: z.record(z.string(), z.number()),
    }),
  ),
  compliant: z.record(z.string(), z.array(z.string())),
  exemptions: z.array(
    z.object({
      regionId: z.string(),
      accountId: z.string().optional(),
      securityGroupId: z.string(),
      name: z.string(),
      policyId: z.string(),
      reason: z.string(),
      ticket: z.string(),
      until: z.string(),
      letsThrough: z.array(z.string()),
    }),
  ),
});

const standing = z.object({
  regionId: z.string(),
  accountId: z.string().optional(),
  securityGroupId: z.string(),
  verdict,
  verdictBefore: verdict,
  changes: z.number(),
});

const packet = z.object({
  direction: z.enum(['ingress', 'egress']),
  protocol: z.number(),
  sourcePort: z.number().nullable(),
  destinationPort: z.number().nullable(),
  peer: z.string(),
  own: z.string().nullable(),
});

const finding = z.object({
  policyId: z.string(),
  severity,
  mode,
  status: z.enum(['violating', 'unrepairable', 'unknown', 'exempt']),
  message: z.string(),
  witness: packet.optional(),
});

/** A rule as the API returns it; what it holds is shown, never judged. */
const permission = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

const call = z.object({
  action: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  clientToken: z.string(),
  outcome: z.object({
    status: z.enum(['not-sent', 'done', 'failed', 'unknown']),
    requestId: z.string().optional(),
    attempts: z.number().optional(),
    code: z.string().optional(),
    message: z.string().optional(),
  }),
});

const group = standing.extend({
  name: z.string(),
  findings: z.array(finding),
  findingsBefore: z.array(finding),
  calls: z.array(call),
  effect: z.object({ closed: z.array(z.string()), opened: z.array(z.string()) }).optional(),
  unexpected: z.string().optional(),
  leftAlone: z.array(z.string()).optional(),
  heldBack: z.string().optional(),
  before: z.array(permission).optional(),
  after: z.array(permission).optional(),
});

const summary = heading.extend({ groups: z.array(standing) });
const full = heading.extend({ groups: z.array(group) });

export type RecordedTrigger = z.infer<typeof trigger>;
export type RecordSummary = z.infer<typeof summary>;
export type RunRecord = z.infer<typeof full>;
export type RecordedGroup = z.infer<typeof group>;
export type RecordedFinding = z.infer<typeof finding>;
export type RecordedCall = z.infer<typeof call>;
export type RecordedPacket = z.infer<typeof packet>;
export type RecordedRule = z.infer<typeof permission>;

/** A record as far as it tells which groups stand how. Throws ZodError or SyntaxError for anything else. */
export function parseSummary(text: string): RecordSummary {
  return summary.parse(JSON.parse(text));
}

/** A whole record. Throws ZodError or SyntaxError for anything else. */
export function parseRecord(text: string): RunRecord {
  return full.parse(JSON.parse(text));
}
