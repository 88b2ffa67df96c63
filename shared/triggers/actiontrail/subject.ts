import {
  FormatError,
  parseSecurityGroupId,
  type RegionId,
  type SecurityGroupId,
} from '../../security-group';
import type { ActionTrailEvent } from './event';
import { type Parameters, parameter, repeated } from './flatten';
import { type Meaning, meaningOf } from './meanings';

/** What an event asks to look at again. Reasons are for logs. */
export type Subject =
  | {
      readonly kind: 'groups';
      readonly regionId: RegionId;
      readonly securityGroupIds: readonly SecurityGroupId[];
    }
  | { readonly kind: 'prefix-list'; readonly regionId: RegionId; readonly prefixListId: string }
  | { readonly kind: 'port-list'; readonly regionId: RegionId; readonly portRangeListId: string }
  | { readonly kind: 'ignored'; readonly reason: string }
  /** It concerns groups, and which ones cannot be said. */
  | { readonly kind: 'unresolved'; readonly reason: string };

/** TagResources names at most 50 resources, every other call one group. */
const MAX_GROUPS = 100;

/** A record without a type is looked at: that can do no harm. */
const TYPES = new Set(['', 'apicall', 'consoleoperation', 'consolecall']);

/** How ActionTrail calls a security group, and did until 2020. */
const GROUP_TYPES = ['acs::ecs::securitygroup', 'securitygroup'];
const PREFIX_LIST_TYPES = ['acs::ecs::prefixlist', 'prefixlist'];
const PORT_LIST_TYPES = ['acs::ecs::portrangelist', 'portrangelist'];

/**
 * Says what an event is about: groups, a list that rules may name, or nothing to act on. Given our
 * account, events about another account's resources are ignored. Ids that do not have the form of an id
 * are never used.
 */
export function subjectOf(event: ActionTrailEvent, accountId?: string): Subject {
  const meaning = event.service.toLowerCase() === 'ecs' ? meaningOf(event.name) : undefined;
  if (meaning === undefined) return ignored('it is not a change of a security group');
  if (meaning.kind === 'none') return ignored(meaning.reason);
  if (event.access.toLowerCase() === 'read') return ignored('it only read');
  if (!TYPES.has(event.type.toLowerCase())) {
    return ignored(`its type, ${shown(event.type)}, is not that of a call`);
  }
  if (event.errorCode !== undefined) {
    return ignored(`the call failed with ${shown(event.errorCode)}`);
  }
  if (accountId !== undefined && event.accountId !== undefined && event.accountId !== accountId) {
    return ignored(`it is about account ${shown(event.accountId)}, and this is ${accountId}`);
  }
  return resolve(event, meaning);
}

function resolve(event: ActionTrailEvent, meaning: Exclude<Meaning, { kind: 'none' }>): Subject {
  const { regionId } = event;
  switch (meaning.kind) {
    case 'prefix-list': {
      const prefixListId = listId(event, 'PrefixListId', PREFIX_LIST_TYPES, 'pl');
      if (prefixListId === undefined) return unresolved('no valid prefix list id');
      return regionId ? { kind: 'prefix-list', regionId, prefixListId } : unresolved('no region');
    }
    case 'port-list': {
      const portRangeListId = listId(event, 'PortRangeListId', PORT_LIST_TYPES, 'prl');
      if (portRangeListId === undefined) return unresolved('no valid port list id');
      return regionId ? { kind: 'port-list', regionId, portRangeListId } : unresolved('no region');
    }
    case 'tag':
    case 'untag': {
      const type = parameter(event.parameters, 'ResourceType');
      if (type !== undefined && type.toLowerCase() !== 'securitygroup') {
        return ignored('it tags something else than a security group');
      }
      const named = type === undefined ? [] : repeated(event.parameters, 'ResourceId');
      return groups(event, named);
    }
    case 'authorize':
    case 'revoke':
    case 'modify-rule':
    case 'create':
    case 'inner-access':
    case 'attribute':
    case 'configure':
      return groups(event, theGroup(event.parameters));
    default:
      return meaning satisfies never;
  }
}

function groups(event: ActionTrailEvent, named: readonly string[]): Subject {
  const securityGroupIds = [
    named,
    theGroup(event.responseElements),
    ...GROUP_TYPES.map((type) => event.resources.get(type) ?? []),
  ]
    .map(validGroupIds)
    .find((ids) => ids.length > 0);
  if (securityGroupIds === undefined) return unresolved('no valid security group id');
  if (securityGroupIds.length > MAX_GROUPS) {
    return unresolved(`${securityGroupIds.length} groups, more than any call can`);
  }
  const { regionId } = event;
  return regionId ? { kind: 'groups', regionId, securityGroupIds } : unresolved('no region');
}

function theGroup(parameters: Parameters): string[] {
  const id = parameter(parameters, 'SecurityGroupId');
  return id === undefined ? [] : [id];
}

function validGroupIds(texts: readonly string[]): SecurityGroupId[] {
  const ids = texts.flatMap((text) => {
    try {
      return [parseSecurityGroupId(text)];
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      return [];
    }
  });
  return [...new Set(ids)];
}

function listId(
  event: ActionTrailEvent,
  name: string,
  types: readonly string[],
  prefix: string,
): string | undefined {
  const form = new RegExp(`^${prefix}-[A-Za-z0-9*_-]{1,64}$`);
  return [
    ...repeated(event.parameters, name),
    ...types.flatMap((type) => event.resources.get(type) ?? []),
  ].find((id) => form.test(id));
}

function ignored(reason: string): Subject {
  return { kind: 'ignored', reason };
}

function unresolved(what: string): Subject {
  return {
    kind: 'unresolved',
    reason: `the event names ${what}: the next sweep looks at every group`,
  };
}

/** A text from outside, short and on one line. */
function shown(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
