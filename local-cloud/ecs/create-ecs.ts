import type { Action, Service } from '../action';
import { authorize } from './authorize';
import { ClientTokens } from './client-tokens';
import { describeSecurityGroupAttribute } from './describe-attribute';
import { describeSecurityGroups } from './describe-groups';
import { describeSecurityGroupReferences } from './describe-references';
import { describeRegions } from './describe-regions';
import type { EcsAction, Environment } from './environment';
import {
  createSecurityGroup,
  deleteSecurityGroup,
  modifySecurityGroupAttribute,
  modifySecurityGroupPolicy,
} from './groups';
import { loadInventory } from './inventory';
import { modifyRule } from './modify-rule';
import { type EcsOptions, settingsOf } from './options';
import {
  createPortRangeList,
  describePortRangeListAssociations,
  describePortRangeListEntries,
  describePortRangeLists,
  modifyPortRangeList,
} from './port-range-lists';
import {
  createPrefixList,
  describePrefixListAssociations,
  describePrefixListAttributes,
  describePrefixLists,
  modifyPrefixList,
} from './prefix-lists';
import { refuse } from './refuse';
import { revoke } from './revoke';
import { Store } from './store';
import { listTagResources, tagResources, untagResources } from './tags';

/** The ECS service with what tests and the demo need to set it up. */
export interface EcsService extends Service {
  /**
   * Loads groups, with their rules, and lists into the default account or those that it names. `now`, in milliseconds, dates what has no date. Throws an Error that names the group and
   * field of malformed data.
   */
  loadInventory(data: unknown, now?: number): void;
}

/** Actions by name. */
const ACTIONS: Readonly<Record<string, EcsAction>> = {
  DescribeRegions: describeRegions,
  DescribeSecurityGroups: describeSecurityGroups,
  DescribeSecurityGroupAttribute: describeSecurityGroupAttribute,
  DeleteSecurityGroup: deleteSecurityGroup,
  DescribeSecurityGroupReferences: describeSecurityGroupReferences,
  ModifySecurityGroupAttribute: modifySecurityGroupAttribute,
  TagResources: tagResources,
  UntagResources: untagResources,
  ListTagResources: listTagResources,
  DescribePrefixLists: describePrefixLists,
  DescribePrefixListAttributes: describePrefixListAttributes,
  DescribePrefixListAssociations: describePrefixListAssociations,
  ModifyPrefixList: modifyPrefixList,
  DescribePortRangeLists: describePortRangeLists,
  DescribePortRangeListEntries: describePortRangeListEntries,
  DescribePortRangeListAssociations: describePortRangeListAssociations,
};

/** Those that take a ClientToken: repeated with the same one, they answer as the first time. */
const ACTIONS_WITH_CLIENT_TOKEN: Readonly<Record<string, EcsAction>> = {
  CreateSecurityGroup: createSecurityGroup,
  ModifySecurityGroupPolicy: modifySecurityGroupPolicy,
  CreatePrefixList: createPrefixList,
  CreatePortRangeList: createPortRangeList,
  ModifyPortRangeList: modifyPortRangeList,
  AuthorizeSecurityGroup: authorize('ingress'),
  AuthorizeSecurityGroupEgress: authorize('egress'),
  RevokeSecurityGroup: revoke('ingress'),
  RevokeSecurityGroupEgress: revoke('egress'),
  ModifySecurityGroupRule: modifyRule('ingress'),
  ModifySecurityGroupEgressRule: modifyRule('egress'),
};

/** The ECS service, empty, with its state in memory. */
export function createEcs(options: EcsOptions): EcsService {
  const settings = settingsOf(options);
  const environment: Environment = { settings, store: new Store(settings.readLagMs) };
  const tokens = new ClientTokens(settings.clientTokenLifetimeMs);
  const actions = new Map<string, Action>();
  const add = (name: string, action: Action) => {
    actions.set(name, (parameters, context) =>
      settings.internalErrors(name) ? refuse('InternalError') : action(parameters, context),
    );
  };
  for (const [name, action] of Object.entries(ACTIONS)) {
    add(name, (parameters, context) => action(environment, parameters, context));
  }
  for (const [name, action] of Object.entries(ACTIONS_WITH_CLIENT_TOKEN)) {
    add(name, (parameters, context) =>
      tokens.once(name, parameters, context, () => action(environment, parameters, context)),
    );
  }
  return {
    product: 'Ecs',
    version: '2014-05-26',
    actions,
    loadInventory: (data, now = 0) => loadInventory(environment, data, now),
  };
}
