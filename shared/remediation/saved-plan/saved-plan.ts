import { z } from 'zod';
import { parseAccountId, parseRegionId, parseSecurityGroupId } from '../../security-group';
import { digestOf } from './canonical';

const digest = z.string().regex(/^[0-9a-f]{64}$/);

const state = z.object({
  name: z.string(),
  type: z.string(),
  vpcId: z.string().optional(),
  serviceManaged: z.boolean(),
  innerAccessPolicy: z.string(),
  tags: z.record(z.string(), z.string()).readonly(),
  rules: z.array(z.record(z.string(), z.union([z.string(), z.number()])).readonly()).readonly(),
  lists: z.record(z.string(), z.array(z.string()).readonly()).readonly(),
});

const group = z.object({
  regionId: z.string().transform(parseRegionId),
  accountId: z.string().transform(parseAccountId).optional(),
  securityGroupId: z.string().transform(parseSecurityGroupId),
  /** SHA-256 of `state`. */
  digest,
  state,
  changes: z.int().min(1),
  calls: z
    .array(z.object({ action: z.string(), parameters: z.record(z.string(), z.unknown()) }))
    .min(1)
    .readonly(),
});

const content = z.object({
  palisadePlan: z.literal(1),
  /** ISO 8601. */
  time: z.iso.datetime(),
  /** The account whose credentials it was made with. */
  account: z.string(),
  /** The ECS endpoint that was named; null: the public ones. */
  endpoint: z.string().nullable(),
  policyDigest: digest,
  /** Absent: all policies of the file. */
  policyIds: z.array(z.string()).readonly().optional(),
  /** How many groups the policies are about where the plan looked; limits in percent are of these. */
  groupCount: z.int().min(0),
  /** The groups that are to be changed. */
  groups: z.array(group).readonly(),
});

/** What a saved plan says. */
export type SavedPlan = z.output<typeof content>;

/** A group that a saved plan changes, the state that the plan goes by, and the calls. */
export type SavedGroup = SavedPlan['groups'][number];

/** A saved plan and its SHA-256, which shows that it is as it was written. */
export interface SealedPlan {
  readonly plan: SavedPlan;
  readonly digest: string;
}

/** A saved plan that cannot be used. */
export class SavedPlanError extends Error {
  override readonly name = 'SavedPlanError';
  constructor(
    message: string,
    /** `altered`: it is not as it was written. `malformed`: it is no plan. */
    readonly kind: 'altered' | 'malformed',
  ) {
    super(message);
  }
}

/** A plan as the text of a file, and its digest. */
export function sealPlan(plan: SavedPlan): { readonly text: string; readonly digest: string } {
  const seal = digestOf(plan);
  return { text: `${JSON.stringify({ ...plan, digest: seal }, null, 1)}\n`, digest: seal };
}

/**
 * Reads the text of a plan file. The digest shows that nobody edited it by hand or by mistake; whoever wants
 * to forge a plan can make a new digest, so compare it with the one that was reviewed. Throws
 * SavedPlanError.
 */
export function unsealPlan(text: string, file: string): SealedPlan {
  const { digest: seal, ...data } = recordOf(text, file);
  const parsed = parseContent(data);
  if (!parsed.success || typeof seal !== 'string') {
    throw new SavedPlanError(
      `${file} is not a saved plan: make one with "palisade plan --save ${file}"`,
      'malformed',
    );
  }
  if (digestOf(data) !== seal) {
    throw new SavedPlanError(
      `${file} was edited after it was saved: make the plan again, and change the policy file where the plan is not what you want`,
      'altered',
    );
  }
  return { plan: parsed.data, digest: seal };
}

/** What was made by another form of plan, or holds ids that are none, does not parse. */
function parseContent(data: unknown): z.ZodSafeParseResult<SavedPlan> | { success: false } {
  try {
    return content.safeParse(data);
  } catch {
    return { success: false };
  }
}

function recordOf(text: string, file: string): Record<string, unknown> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    data = undefined;
  }
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) return { ...data };
  throw new SavedPlanError(
    `${file} is not a saved plan: it is not an object of JSON. Make one with "palisade plan --save ${file}"`,
    'malformed',
  );
}
