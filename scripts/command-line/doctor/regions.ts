import { createEcsClient, type EcsClient, isEcsError } from '../../../shared/ecs';
import { mapConcurrently } from '../../../shared/remediation';
import {
  parseRegionId,
  type RegionId,
  type SecurityGroupSummary,
} from '../../../shared/security-group';
import { type CheckResult, failed, ok, skipped, warning } from './check';

type ClientOptions = Omit<Parameters<typeof createEcsClient>[0], 'regionId'>;

/** Regions looked at side by side. */
const CONCURRENCY = 8;
const FIRST_REGION = parseRegionId('cn-hangzhou');
/** Regions that are named in a line. */
const MOST_NAMED = 3;

/** What was seen of one region. */
interface RegionSeen {
  readonly regionId: RegionId;
  /** How long the first call took that was answered. */
  readonly milliseconds?: number;
  readonly groups: readonly SecurityGroupSummary[];
  readonly error?: Error;
}

/** What reading calls gave. */
export interface Survey {
  readonly regions: readonly RegionSeen[];
  /** Why regions could not be listed, if so. */
  readonly unlisted?: Error;
  /** What reading one group's rules gave; absent: there is no group. */
  readonly rules?: { readonly group: SecurityGroupSummary; readonly error?: Error };
}

/** Makes the calls that read: the regions, the groups of each, and the rules of one group. Never throws. */
export async function survey(
  asked: readonly RegionId[] | undefined,
  options: ClientOptions,
): Promise<Survey> {
  const client = (regionId: RegionId, onCall?: ClientOptions['onCall']): EcsClient =>
    createEcsClient({ ...options, regionId, ...(onCall ? { onCall } : {}) });
  let unlisted: Error | undefined;
  const found = await client(asked?.[0] ?? FIRST_REGION)
    .describeRegions()
    .catch((error: Error): RegionId[] => {
      unlisted = error;
      return [];
    });
  const regions = await mapConcurrently(asked ?? found, CONCURRENCY, async (regionId) => {
    let milliseconds: number | undefined;
    const ecs = client(regionId, ({ durationMs, outcome }) => {
      if (outcome === 'success') milliseconds ??= Math.round(durationMs);
    });
    const seen = await ecs.listSecurityGroups().then(
      (groups) => ({ groups }),
      (error: Error) => ({ groups: [], error }),
    );
    return { regionId, ...seen, ...(milliseconds === undefined ? {} : { milliseconds }) };
  });
  const group = regions.flatMap(({ groups }) => groups)[0];
  const error = group && (await errorOf(client(group.regionId).readSecurityGroup(group.id)));
  return {
    regions,
    ...(unlisted ? { unlisted } : {}),
    ...(group ? { rules: { group, ...(error ? { error } : {}) } } : {}),
  };
}

async function errorOf(attempt: Promise<unknown>): Promise<Error | undefined> {
  return attempt.then(
    () => undefined,
    (error: Error) => error,
  );
}

/** Whether the calls that read are allowed. Those that write are not tried: ECS cannot be asked without writing. */
export function checkPermissions({ regions, unlisted, rules }: Survey): CheckResult {
  const attempts = [
    { action: 'DescribeRegions', errors: unlisted ? [unlisted] : [] },
    { action: 'DescribeSecurityGroups', errors: regions.flatMap(({ error }) => error ?? []) },
    { action: 'DescribeSecurityGroupAttribute', errors: rules?.error ? [rules.error] : [] },
  ];
  const denied = attempts.filter(({ errors }) => errors.some(isDenied));
  if (denied.length > 0) {
    const names = denied.map(({ action }) => `ecs:${action}`).join(', ');
    return failed(
      `not allowed: ${names}`,
      `allow ${names} in the RAM policy of this identity, as ram/function-role.json does`,
    );
  }
  if (regions.every(({ error }) => error !== undefined)) {
    return skipped('no call to ECS succeeded');
  }
  const read = rules
    ? rules.error
      ? `the rules of ${rules.group.id} could not be read`
      : 'rules of a group'
    : 'rules of a group not tested: there is no group';
  const saw = `may read regions, groups, ${read}; not tested: changing rules, which needs a write`;
  return rules?.error ? warning(saw, rules.error.message) : ok(saw);
}

/** A signature that is refused counts as no permission, too, but no RAM policy mends it. */
function isDenied(error: Error): boolean {
  return isEcsError(error) && /^(Forbidden|NoPermission)/.test(error.code ?? '');
}

/** Whether every region answers, and how fast. */
export function checkRegions({ regions, unlisted }: Survey): CheckResult {
  if (regions.length === 0 && unlisted) {
    const saw = `the regions could not be listed: ${unlisted.message}`;
    return isDenied(unlisted)
      ? failed(saw, 'name them with --region or PALISADE_REGIONS, or allow ecs:DescribeRegions')
      : { status: 'failed', saw };
  }
  if (regions.length === 0) return failed('the account has no region', 'name one with --region');
  const details = {
    regions: regions.map(({ regionId, milliseconds, groups, error }) => ({
      regionId,
      ...(milliseconds === undefined ? {} : { milliseconds }),
      ...(error ? { error: error.message } : { groups: groups.length }),
    })),
  };
  const answering = regions.filter(({ error }) => error === undefined);
  const lost = regions.filter(({ error }) => error !== undefined);
  const groups = answering.reduce((sum, region) => sum + region.groups.length, 0);
  const slowest = answering.toSorted(byTime).at(-1);
  const speed = slowest ? `, the slowest, ${slowest.regionId}, in ${slowest.milliseconds} ms` : '';
  const saw = `${answering.length} of ${regions.length} regions answer${speed}; ${groups} groups`;
  if (lost.length === 0) return ok(saw, details);
  const named = lost
    .slice(0, MOST_NAMED)
    .map(({ regionId, error }) => `${regionId}: ${error?.message}`);
  const more = lost.length > MOST_NAMED ? `, and ${lost.length - MOST_NAMED} more` : '';
  return {
    ...failed(
      `${saw}; ${named.join('; ')}${more}`,
      'open the way to them, or leave them out with --region or PALISADE_REGIONS',
    ),
    details,
  };
}

function byTime(one: RegionSeen, other: RegionSeen): number {
  return (one.milliseconds ?? 0) - (other.milliseconds ?? 0);
}
