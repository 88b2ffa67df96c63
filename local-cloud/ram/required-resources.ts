import type { Parameters } from '../action';

/**
 * What a call needs permission for, from the tables "RAM authorization" of ECS and STS. Resources are
 * named as those tables name them; `*` is an action without permissions for single resources, which a
 * statement on single resources therefore does not cover.
 */
export interface RequiredAccess {
  readonly action: string;
  readonly resources: readonly string[];
}

/** Reads the resources of one action out of a call's parameters. */
type ResourceRule = (parameters: Parameters, accountId: string) => readonly string[];

const anything: ResourceRule = () => ['*'];
const group = named('securitygroup', 'SecurityGroupId');
const prefixList = named('prefixlist', 'PrefixListId');
const portRangeList = named('portrangelist', 'PortRangeListId');

const ECS: Readonly<Record<string, ResourceRule>> = {
  DescribeRegions: anything,
  DescribeSecurityGroups: (parameters, accountId) =>
    resources('securitygroup', parameters, accountId, listedGroups(parameters)),
  DescribeSecurityGroupAttribute: group,
  DescribeSecurityGroupReferences: numbered('securitygroup', 'SecurityGroupId'),
  CreateSecurityGroup: (parameters, accountId) => {
    const vpcId = parameters.get('VpcId') ?? '';
    const vpc = `acs:vpc:${region(parameters)}:${accountId}:vpc/${vpcId}`;
    return [...resources('securitygroup', parameters, accountId, []), ...(vpcId ? [vpc] : [])];
  },
  DeleteSecurityGroup: group,
  ModifySecurityGroupAttribute: group,
  ModifySecurityGroupPolicy: group,
  AuthorizeSecurityGroup: anything,
  AuthorizeSecurityGroupEgress: anything,
  ModifySecurityGroupRule: anything,
  ModifySecurityGroupEgressRule: anything,
  RevokeSecurityGroup: group,
  RevokeSecurityGroupEgress: group,
  TagResources: numbered('securitygroup', 'ResourceId'),
  UntagResources: numbered('securitygroup', 'ResourceId'),
  ListTagResources: anything,
  CreatePrefixList: anything,
  ModifyPrefixList: prefixList,
  DescribePrefixLists: numbered('prefixlist', 'PrefixListId'),
  DescribePrefixListAttributes: prefixList,
  DescribePrefixListAssociations: prefixList,
  CreatePortRangeList: (parameters, accountId) =>
    resources('portrangelist', parameters, accountId, []),
  DescribePortRangeLists: numbered('portrangelist', 'PortRangeListId'),
  ModifyPortRangeList: portRangeList,
  DescribePortRangeListEntries: portRangeList,
  DescribePortRangeListAssociations: portRangeList,
};

/**
 * The permission that a call needs, or undefined for GetCallerIdentity, which anyone may call
 * (GetCallerIdentity page).
 * @throws Error for an action without an entry, so that none is let through by oversight
 */
export function requiredAccess(
  product: string,
  action: string,
  parameters: Parameters,
  accountId: string,
): RequiredAccess | undefined {
  const name = `${product.toLowerCase()}:${action}`;
  if (name === 'sts:GetCallerIdentity') return undefined;
  if (name === 'sts:AssumeRole') {
    return { action: name, resources: [parameters.get('RoleArn') || '*'] };
  }
  const rule = product === 'Ecs' && Object.hasOwn(ECS, action) ? ECS[action] : undefined;
  if (rule === undefined) {
    throw new Error(`No permission is known for ${name}; add its row of the authorization table.`);
  }
  return { action: name, resources: rule(parameters, accountId) };
}

function named(type: string, parameter: string): ResourceRule {
  return (parameters, accountId) => {
    const id = parameters.get(parameter);
    return resources(type, parameters, accountId, id ? [id] : []);
  };
}

function numbered(type: string, parameter: string): ResourceRule {
  return (parameters, accountId) => {
    const ids = [...parameters].filter(
      ([name, id]) => name.startsWith(`${parameter}.`) && /\.\d+$/.test(name) && id !== '',
    );
    return resources(
      type,
      parameters,
      accountId,
      ids.map(([, id]) => id),
    );
  };
}

/** Without an id, the call is about all resources of the type. */
function resources(
  type: string,
  parameters: Parameters,
  accountId: string,
  ids: readonly string[],
): string[] {
  const prefix = `acs:ecs:${region(parameters)}:${accountId}:${type}`;
  return (ids.length === 0 ? ['*'] : ids).map((id) => `${prefix}/${id}`);
}

function region(parameters: Parameters): string {
  return parameters.get('RegionId') || '*';
}

function listedGroups(parameters: Parameters): string[] {
  const single = parameters.get('SecurityGroupId');
  return [...(single ? [single] : []), ...jsonTexts(parameters.get('SecurityGroupIds'))];
}

/** The texts of a JSON array; whatever is none is left to the action to refuse. */
function jsonTexts(text: string | undefined): string[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(list) ? list.filter((each) => typeof each === 'string') : [];
  } catch {
    return [];
  }
}
