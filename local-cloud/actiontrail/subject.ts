import type { Parameters } from '../action';
import type { ServedCall } from '../wire';

/** The kinds of resources that ECS writes of the local cloud change, as ActionTrail spells them. */
export type ResourceType =
  | 'ACS::ECS::SecurityGroup'
  | 'ACS::ECS::PrefixList'
  | 'ACS::ECS::PortRangeList';

/** What a call changes: resources of one type, and where the call and its answer name them. */
export interface Subject {
  readonly type: ResourceType;
  readonly ids: readonly string[];
  /** Parameters that name the resources. */
  readonly parameters: readonly string[];
  /** The field of the answer to a creation that names what was made. */
  readonly responseField: string;
}

/** Finds what a write is about; a creation that was refused is about nothing that has an id. */
export function subjectOf({ action, parameters, answer }: ServedCall): Subject {
  const { type, field } = kindOf(action);
  const names = /^(Tag|Untag)Resources$/.test(action)
    ? [...parameters.keys()].filter((name) => /^ResourceId\.\d+$/.test(name))
    : [field];
  const created = answer.kind === 'success' ? answer.body[field] : undefined;
  const ids = [...valuesOf(parameters, names), ...(typeof created === 'string' ? [created] : [])];
  return { type, ids: [...new Set(ids)], parameters: names, responseField: field };
}

function kindOf(action: string): { readonly type: ResourceType; readonly field: string } {
  if (action.endsWith('PrefixList')) return { type: 'ACS::ECS::PrefixList', field: 'PrefixListId' };
  if (action.endsWith('PortRangeList')) {
    return { type: 'ACS::ECS::PortRangeList', field: 'PortRangeListId' };
  }
  return { type: 'ACS::ECS::SecurityGroup', field: 'SecurityGroupId' };
}

function valuesOf(parameters: Parameters, names: readonly string[]): string[] {
  return names.map((name) => parameters.get(name) ?? '').filter((value) => value !== '');
}
