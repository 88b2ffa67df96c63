import type { Policy, PolicyMode } from '../../policy';
import {
  FormatError,
  type Place,
  parseSecurityGroupId,
  placeName,
  placeOf,
  type SecurityGroupId,
} from '../../security-group';

/** The accounts that a request may name. */
export interface KnownAccounts {
  /** The one that Palisade runs with. */
  readonly own?: string;
  /** Those that the policy file has a role for. */
  readonly members: readonly string[];
}

/** Groups of one region. */
export interface Target extends Place {
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

/** Groups by their places, each place and each group once, in the order in which they first come. */
export function groupTargets(targets: readonly Target[]): Target[] {
  const places = new Map<string, { place: Place; ids: Set<SecurityGroupId> }>();
  for (const target of targets) {
    const name = placeName(target);
    const known = places.get(name) ?? { place: placeOf(target), ids: new Set() };
    for (const id of target.groupIds) known.ids.add(id);
    places.set(name, known);
  }
  return [...places.values()].map(({ place, ids }) => ({ ...place, groupIds: [...ids] }));
}

/** The same command without some groups, each `PLACE/ID`; undefined if it then names none. */
export function withoutGroups(
  command: WebhookCommand,
  missing: readonly string[],
): WebhookCommand | undefined {
  if (command.selection.kind !== 'targets') return undefined;
  const targets = command.selection.targets.flatMap((target) => {
    const place = placeName(target);
    const left = target.groupIds.filter((id) => !missing.includes(`${place}/${id}`));
    return left.length > 0 ? [{ ...target, groupIds: left }] : [];
  });
  return targets.length > 0 ? { ...command, selection: { kind: 'targets', targets } } : undefined;
}

/** Reads the id of a group, without the asterisks that masked ones have. Throws FormatError. */
export function parseGroupId(text: string): SecurityGroupId {
  if (text.includes('*')) throw new FormatError('a part of the id is masked: write all of it');
  return parseSecurityGroupId(text);
}
