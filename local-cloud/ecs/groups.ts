import type { CallContext, Parameters } from '../action';
import type { EcsAction, Environment } from './environment';
import { newId } from './ids';
import {
  isPlainText,
  isResourceName,
  optional,
  optionalBoolean,
  required,
  requiredRegion,
} from './parameters';
import { refuse } from './refuse';
import { requiredGroupId, writableSite } from './rule-request';
import type { RuleSite } from './rule-target';
import { newTags } from './tag-parameters';

/**
 * CreateSecurityGroup: a group without rules. Any well-formed VPC id and resource group id is taken
 * as existing; without a VPC id the group is of the classic network. With ServiceManaged the group is one
 * that a cloud service manages, so that from then on every write to it is refused.
 */
export const createSecurityGroup: EcsAction = ({ settings, store }, parameters, context) => {
  const regionId = requiredRegion(parameters);
  const name = groupName(parameters) ?? '';
  const description = groupDescription(parameters) ?? '';
  const type = optional(parameters, 'SecurityGroupType') || 'normal';
  if (type !== 'normal' && type !== 'enterprise') {
    return refuse('InvalidParameter.SecurityGroupType');
  }
  const serviceManaged = optionalBoolean(parameters, 'ServiceManaged') ?? false;
  const tags = newTags(parameters);
  const vpcId = optional(parameters, 'VpcId');
  if (vpcId !== '' && !/^vpc-[A-Za-z0-9-]{1,60}$/.test(vpcId)) {
    refuse('InvalidVpcId.NotFound');
  }
  if (vpcId === '' && type === 'enterprise') {
    refuse('MissingParameter', 'VpcId');
  }
  const resourceGroupId = optionalResourceGroup(parameters);
  const region = store.region(context.caller.accountId, regionId);
  if (region.groups.size >= settings.groupsPerRegion) {
    refuse('QuotaExceed.SecurityGroup');
  }
  const id = newId('sg-', settings.random);
  const state = {
    name,
    description,
    type,
    vpcId,
    innerAccessPolicy: type === 'enterprise' ? 'Drop' : 'Accept',
    serviceManaged,
    resourceGroupId,
    createdAt: context.now,
    tags,
    rules: [],
  } as const;
  store.put(region, context.caller.accountId, id, state, context.now);
  return { SecurityGroupId: id };
};

/** DeleteSecurityGroup: refused while a rule of another group refers to the group. */
export const deleteSecurityGroup: EcsAction = (environment, parameters, context) => {
  const { store } = environment;
  const { group, regionId } = siteOf(environment, parameters, context);
  const others = [...store.referrers(group.accountId, group.id).keys()];
  if (others.some((other) => other !== group)) {
    refuse('DependencyViolation');
  }
  store.delete(store.region(group.accountId, regionId), group, context.now);
  return {};
};

/** ModifySecurityGroupAttribute: changes name and description, each only if sent. */
export const modifySecurityGroupAttribute: EcsAction = (environment, parameters, context) => {
  const name = groupName(parameters);
  const description = groupDescription(parameters);
  const { group, state } = siteOf(environment, parameters, context);
  const changed = {
    ...state,
    name: name ?? state.name,
    description: description ?? state.description,
  };
  environment.store.write(group, changed, context.now);
  return {};
};

/** ModifySecurityGroupPolicy: whether the members of a basic group reach each other. */
export const modifySecurityGroupPolicy: EcsAction = (environment, parameters, context) => {
  requiredRegion(parameters);
  requiredGroupId(parameters);
  const policy = required(parameters, 'InnerAccessPolicy').toLowerCase();
  if (policy !== 'accept' && policy !== 'drop') {
    return refuse('InvalidPolicy.Malformed');
  }
  const { group, state } = siteOf(environment, parameters, context);
  if (state.type === 'enterprise') {
    refuse('InvalidGroupParameter.OperationDenied');
  }
  const innerAccessPolicy = policy === 'accept' ? 'Accept' : 'Drop';
  environment.store.write(group, { ...state, innerAccessPolicy }, context.now);
  return {};
};

/** ResourceGroupId, '' when not sent. Throws InvalidResourceGroup.NotFound (404) unless well formed. */
export function optionalResourceGroup(parameters: Parameters): string {
  const id = optional(parameters, 'ResourceGroupId');
  return id === '' || /^rg-[A-Za-z0-9-]{1,60}$/.test(id)
    ? id
    : refuse('InvalidResourceGroup.NotFound');
}

function siteOf(environment: Environment, parameters: Parameters, context: CallContext): RuleSite {
  const regionId = requiredRegion(parameters);
  const groupId = requiredGroupId(parameters);
  return writableSite({ regionId, groupId }, environment, context);
}

function groupName(parameters: Parameters): string | undefined {
  const name = optional(parameters, 'SecurityGroupName');
  if (name === '') {
    return undefined;
  }
  return isResourceName(name) ? name : refuse('InvalidSecurityGroupName.Malformed');
}

function groupDescription(parameters: Parameters): string | undefined {
  const description = optional(parameters, 'Description');
  if (description === '') {
    return undefined;
  }
  return isPlainText(description, 2, 256) ? description : refuse('InvalidDescription.Malformed');
}
