import { type Place, placeName, type SecurityGroupId } from '../../security-group';
import type { Examined } from '../examine';
import { canonical, digestOf } from './canonical';
import { type GroupState, stateOf } from './group-state';
import type { SavedGroup } from './saved-plan';

/** How a group differs from what a saved plan goes by. */
export type Difference = Place & {
  readonly securityGroupId: SecurityGroupId;
  readonly name: string;
  readonly saved: GroupState;
} & (
    | { readonly kind: 'state'; readonly found: GroupState }
    /** It is as it was, and yet the policies call for something else now. */
    | { readonly kind: 'calls' }
    /** It could not be read, or it is not there. */
    | { readonly kind: 'unread'; readonly reason: string }
  );

/** Compares a group as it was found with what a plan goes by; undefined if there is no difference. */
export function differenceOf(saved: SavedGroup, found: Examined): Difference | undefined {
  const { reading, calls } = found;
  if (reading.status === 'unknown') return unread(saved, reading.reason);
  const state = stateOf(found);
  if (state && digestOf(state) !== saved.digest)
    return { ...base(saved), kind: 'state', found: state };
  const planned = calls.map(({ call: { action, parameters } }) => ({ action, parameters }));
  return canonical(planned) === canonical(saved.calls)
    ? undefined
    : { ...base(saved), kind: 'calls' };
}

/** A group of a plan that could not be read. */
export function unread(saved: SavedGroup, reason: string): Difference {
  return { ...base(saved), kind: 'unread', reason };
}

function base({ regionId, accountId, securityGroupId, state }: SavedGroup) {
  const place = { regionId, ...(accountId === undefined ? {} : { accountId }) };
  return { ...place, securityGroupId, name: state.name, saved: state };
}

const PARTS: Readonly<Record<keyof GroupState, string>> = {
  rules: 'rules',
  tags: 'tags',
  lists: 'prefix or port lists',
  name: 'name',
  type: 'type',
  vpcId: 'VPC',
  serviceManaged: 'management by another product',
  innerAccessPolicy: 'inner access policy',
};

/** A difference in a few words, without what exactly is different. */
export function describeDifference(difference: Difference): string {
  const group = `${difference.securityGroupId} in ${placeName(difference)}`;
  switch (difference.kind) {
    case 'unread':
      return `${group}: ${difference.reason}`;
    case 'calls':
      return `${group} is as it was when the plan was made, but the policies now call for other changes`;
    case 'state': {
      const { saved, found } = difference;
      const parts = (Object.keys(PARTS) as (keyof GroupState)[]).filter(
        (part) => canonical({ part: saved[part] }) !== canonical({ part: found[part] }),
      );
      return `${group} has changed since the plan was made: ${parts.map((part) => PARTS[part]).join(', ')}`;
    }
    default:
      return difference satisfies never;
  }
}
