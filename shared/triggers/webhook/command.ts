import type { Policy, PolicyMode } from '../../policy';
import {
  FormatError,
  parseSecurityGroupId,
  type RegionId,
  type SecurityGroupId,
} from '../../security-group';

/** Groups of one region. */
export interface Target {
  readonly regionId: RegionId;
  /** At least one, each once. */
  readonly groupIds: readonly SecurityGroupId[];
}

/** What a request asks for, checked and with every default filled in. */
export interface WebhookCommand {
  readonly selection:
    | { readonly kind: 'targets'; readonly targets: readonly Target[] }
    /** The groups that this matches, of those that the policies are about. */
    | { readonly kind: 'filter'; readonly match: Policy['match'] };
  /** The policies to judge by; absent: all of them. */
  readonly policyIds?: readonly string[];
  /** The most that is done; a policy that only observes stays with that. */
  readonly mode: PolicyMode;
  /** Why, for the record. */
  readonly reason: string;
  /** Who asked, as the sender says. */
  readonly requester: string;
  /** Whether the answer should tell how the run ended. */
  readonly wait: boolean;
}

/** Groups by their regions, each region and each group once, in the order in which they first come. */
export function groupTargets(targets: readonly Target[]): Target[] {
  const regions = new Map<RegionId, Set<SecurityGroupId>>();
  for (const { regionId, groupIds } of targets) {
    const known = regions.get(regionId) ?? new Set();
    for (const id of groupIds) known.add(id);
    regions.set(regionId, known);
  }
  return [...regions].map(([regionId, ids]) => ({ regionId, groupIds: [...ids] }));
}

/** The same command without some groups, each `REGION/ID`; undefined if it then names none. */
export function withoutGroups(
  command: WebhookCommand,
  missing: readonly string[],
): WebhookCommand | undefined {
  if (command.selection.kind !== 'targets') return undefined;
  const targets = command.selection.targets.flatMap(({ regionId, groupIds }) => {
    const left = groupIds.filter((id) => !missing.includes(`${regionId}/${id}`));
    return left.length > 0 ? [{ regionId, groupIds: left }] : [];
  });
  return targets.length > 0 ? { ...command, selection: { kind: 'targets', targets } } : undefined;
}

/** Reads the id of a group, without the asterisks that masked ones have. Throws FormatError. */
export function parseGroupId(text: string): SecurityGroupId {
  if (text.includes('*')) throw new FormatError('a part of the id is masked: write all of it');
  return parseSecurityGroupId(text);
}
