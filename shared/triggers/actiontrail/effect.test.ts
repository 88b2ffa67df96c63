import {
  type Permission,
  parseRegionId,
  parseRule,
  parseSecurityGroupId,
  type SecurityGroup,
} from '../../security-group';
import { type Effect, showsEffect } from './index';
import { eventOf } from './testing/events';

const GROUP: SecurityGroup = {
  regionId: parseRegionId('cn-hangzhou'),
  id: parseSecurityGroupId('sg-aa11'),
  name: 'web',
  type: 'normal',
  vpcId: 'vpc-1',
  tags: { env: 'prod', owner: 'lin', 'acs:rm': 'x' },
  serviceManaged: false,
  innerAccessPolicy: 'accept',
  rules: [],
};

const MAIL: Permission = {
  SecurityGroupRuleId: 'sgr-1',
  Direction: 'egress',
  Policy: 'Accept',
  Priority: '1',
  IpProtocol: 'TCP',
  PortRange: '25/25',
  DestCidrIp: '0.0.0.0/0',
  NicType: 'intranet',
  Description: 'mail',
};

function effect(
  eventName: string,
  parameters: Record<string, unknown>,
  seen: Partial<Omit<SecurityGroup, 'rules'>> & { rules?: readonly Permission[] } = {},
  changes: Record<string, unknown> = {},
): Effect {
  const requestParameters = { RegionId: 'cn-hangzhou', SecurityGroupId: 'sg-aa11', ...parameters };
  const group = { ...GROUP, ...seen, rules: (seen.rules ?? []).map(parseRule) };
  const event = eventOf({ eventName, requestParameters, ...changes });
  return showsEffect(event, { summary: group, group });
}

describe('an added rule', () => {
  const authorize = (parameters: Record<string, unknown>, ...rules: Permission[]) =>
    effect('AuthorizeSecurityGroupEgress', parameters, { rules });
  const asked = { IpProtocol: 'tcp', PortRange: '25/25', DestCidrIp: '0.0.0.0/0' };

  test.each([
    ['nested', { Permissions: [asked] }],
    [
      'in dotted names',
      {
        'Permissions.1.IpProtocol': 'tcp',
        'Permissions.1.PortRange': '25/25',
        'Permissions.1.DestCidrIp': '0.0.0.0/0',
      },
    ],
    ['in the older flat form', asked],
    [
      'with the defaults written out',
      { Permissions: [{ ...asked, Policy: 'accept', Priority: 1, NicType: 'intranet' }] },
    ],
    ['with another description', { Permissions: [{ ...asked, Description: 'other' }] }],
    ['with host bits in the address', { Permissions: [{ ...asked, DestCidrIp: '10.0.0.1/0' }] }],
  ])('%s shows when it is there', (_how, parameters) => {
    expect(authorize(parameters, MAIL)).toBe('shows');
    expect(authorize(parameters)).toBe('missing');
  });

  test.each([
    ['policy', { Policy: 'drop' }],
    ['priority', { Priority: '2' }],
    ['protocol', { IpProtocol: 'UDP' }],
    ['ports', { PortRange: '25/26' }],
    ['destination', { DestCidrIp: '10.0.0.0/8' }],
    ['source ports', { SourcePortRange: '1/2' }],
    ['near side', { SourceCidrIp: '10.0.0.0/8' }],
  ])('is another rule if it differs in %s', (_what, difference) => {
    expect(authorize({ Permissions: [{ ...asked, ...difference }] }, MAIL)).toBe('missing');
  });

  test('is looked for in its own direction', () => {
    const ingress = { ...MAIL, Direction: 'ingress', DestCidrIp: '', SourceCidrIp: '0.0.0.0/0' };
    const parameters = { IpProtocol: 'TCP', PortRange: '25/25', SourceCidrIp: '0.0.0.0/0' };
    const rules = { rules: [ingress] };
    expect(effect('AuthorizeSecurityGroup', parameters, rules)).toBe('shows');
    expect(authorize(asked, ingress)).toBe('missing');
  });

  test('shows only when all of the call are there', () => {
    const both = { Permissions: [asked, { ...asked, PortRange: '445/445' }] };
    expect(authorize(both, MAIL)).toBe('missing');
    expect(authorize(both, MAIL, { ...MAIL, PortRange: '445/445' })).toBe('shows');
  });

  test.each([
    ['groups', { DestGroupId: 'sg-peer', DestGroupOwnerId: 7 }, { DestGroupId: 'sg-peer' }],
    ['prefix lists', { DestPrefixListId: 'pl-1' }, { DestPrefixListId: 'pl-1' }],
    ['IPv6', { Ipv6DestCidrIp: '2001:DB8::0/32' }, { Ipv6DestCidrIp: '2001:db8::/32' }],
  ])('to %s is known by them', (_what, peer, read) => {
    const parameters = { Permissions: [{ IpProtocol: 'TCP', PortRange: '25/25', ...peer }] };
    expect(authorize(parameters, { ...MAIL, DestCidrIp: '', ...read })).toBe('shows');
    expect(authorize(parameters, MAIL)).toBe('missing');
  });

  test.each([
    ['no rule', {}],
    ['a rule without a peer', { Permissions: [{ IpProtocol: 'TCP', PortRange: '25/25' }] }],
    ['a protocol that does not exist', { Permissions: [{ ...asked, IpProtocol: 'X' }] }],
    ['an address that is none', { Permissions: [{ ...asked, DestCidrIp: 'x' }] }],
    ['one good rule and one bad', { Permissions: [asked, { ...asked, Priority: 'x' }] }],
  ])('cannot be told from a call with %s', (_what, parameters) => {
    expect(authorize(parameters, MAIL)).toBe('cannot tell');
  });

  test('cannot be told from a call of which something was cut off', () => {
    expect(authorize({ ...asked, Description: 'x'.repeat(5_000) }, MAIL)).toBe('cannot tell');
  });
});

describe('a revoked rule', () => {
  const revoke = (parameters: Record<string, unknown>, ...rules: Permission[]) =>
    effect('RevokeSecurityGroupEgress', parameters, { rules });
  const asked = { IpProtocol: 'TCP', PortRange: '25/25', DestCidrIp: '0.0.0.0/0', Priority: '1' };

  test('named by id is gone when no rule has the id', () => {
    const parameters = { 'SecurityGroupRuleId.1': 'sgr-1', 'SecurityGroupRuleId.2': 'sgr-9' };
    expect(revoke(parameters, MAIL)).toBe('missing');
    expect(revoke(parameters, { ...MAIL, SecurityGroupRuleId: 'sgr-2' })).toBe('shows');
    expect(revoke(parameters)).toBe('shows');
    expect(revoke(parameters, { ...MAIL, SecurityGroupRuleId: '' })).toBe('cannot tell');
  });

  test('named by parameters is gone when no rule has them', () => {
    for (const parameters of [asked, { Permissions: [asked] }]) {
      expect(revoke(parameters, MAIL)).toBe('missing');
      expect(revoke(parameters, { ...MAIL, Priority: '2' })).toBe('shows');
      expect(revoke(parameters)).toBe('shows');
    }
  });

  test('may be one of another priority if the call named none', () => {
    const parameters = { ...asked, Priority: undefined };
    expect(revoke(parameters, MAIL)).toBe('missing');
    expect(revoke(parameters, { ...MAIL, Priority: '2' })).toBe('cannot tell');
    expect(revoke(parameters, { ...MAIL, PortRange: '26/26' })).toBe('shows');
  });
});

describe('a modified rule', () => {
  const modify = (parameters: Record<string, unknown>, ...rules: Permission[]) =>
    effect('ModifySecurityGroupEgressRule', parameters, { rules });

  test.each([
    ['description', { Description: 'relay' }],
    ['policy', { Policy: 'drop' }],
    ['priority', { Priority: 5 }],
    ['ports', { PortRange: '587/587' }],
    ['protocol', { IpProtocol: 'UDP' }],
    ['destination', { DestCidrIp: '10.0.0.0/8' }],
    ['source ports', { SourcePortRange: '1000/2000' }],
  ])('named by id shows when its %s is as asked', (_what, change) => {
    const parameters = { SecurityGroupRuleId: 'sgr-1', ...change };
    expect(modify(parameters, MAIL)).toBe('missing');
    expect(modify(parameters, { ...MAIL, ...change })).toBe('shows');
    expect(modify(parameters, { ...MAIL, ...change, SecurityGroupRuleId: 'sgr-2' })).toBe(
      'missing',
    );
  });

  test('cannot be told by id from a read without ids', () => {
    const parameters = { SecurityGroupRuleId: 'sgr-1', Description: 'relay' };
    expect(modify(parameters, { ...MAIL, SecurityGroupRuleId: '' })).toBe('cannot tell');
  });

  test('named by parameters shows when the rule that they mean has the description', () => {
    const parameters = {
      IpProtocol: 'TCP',
      PortRange: '25/25',
      DestCidrIp: '0.0.0.0/0',
      Policy: 'accept',
      Description: 'relay',
    };
    const described = { ...MAIL, Description: 'relay' };
    expect(modify(parameters, MAIL)).toBe('missing');
    expect(modify(parameters, described)).toBe('shows');
    expect(modify(parameters, { ...described, Priority: '9' })).toBe('shows');
    expect(modify({ ...parameters, Priority: 1 }, { ...described, Priority: '9' })).toBe('missing');
    expect(modify(parameters, { ...described, PortRange: '26/26' })).toBe('missing');
  });
});

test('an inner access policy shows when the group has it', () => {
  expect(effect('ModifySecurityGroupPolicy', { InnerAccessPolicy: 'Accept' })).toBe('shows');
  expect(effect('ModifySecurityGroupPolicy', { InnerAccessPolicy: 'Drop' })).toBe('missing');
  expect(effect('ModifySecurityGroupPolicy', { InnerAccessPolicy: 'x' })).toBe('cannot tell');
});

test('a name shows when the group has it; a description is not read', () => {
  expect(effect('ModifySecurityGroupAttribute', { SecurityGroupName: 'web' })).toBe('shows');
  expect(effect('ModifySecurityGroupAttribute', { SecurityGroupName: 'db' })).toBe('missing');
  expect(effect('ModifySecurityGroupAttribute', { Description: 'x' })).toBe('cannot tell');
});

describe('a new group', () => {
  const created = (parameters: Record<string, unknown>) =>
    effect(
      'CreateSecurityGroup',
      { SecurityGroupId: undefined, ...parameters },
      {},
      {
        responseElements: { SecurityGroupId: 'sg-aa11' },
      },
    );

  test('shows when it is there with its name and tags', () => {
    expect(created({})).toBe('shows');
    expect(created({ SecurityGroupName: 'web', 'Tag.1.Key': 'env', 'Tag.1.Value': 'prod' })).toBe(
      'shows',
    );
    expect(created({ Tag: [{ Key: 'env', Value: 'test' }] })).toBe('missing');
    expect(created({ SecurityGroupName: 'db' })).toBe('missing');
  });
});

describe('tags', () => {
  const tag = (eventName: string, parameters: Record<string, unknown>, tags = GROUP.tags) =>
    effect(
      eventName,
      { ResourceType: 'securitygroup', ResourceId: ['sg-zz99', 'sg-aa11'], ...parameters },
      { tags },
    );

  test('that were set show when all are there, also on one of several groups', () => {
    expect(tag('TagResources', { Tag: [{ Key: 'env', Value: 'prod' }] })).toBe('shows');
    expect(tag('TagResources', { Tag: [{ Key: 'env', Value: 'test' }] })).toBe('missing');
    const both = [{ Key: 'env', Value: 'prod' }, { Key: 'new' }];
    expect(tag('TagResources', { Tag: both })).toBe('missing');
    expect(tag('TagResources', { Tag: both }, { env: 'prod', new: '' })).toBe('shows');
    expect(tag('AddTags', { Tag: [{ Key: 'constructor', Value: 'x' }] })).toBe('missing');
    expect(tag('TagResources', {})).toBe('cannot tell');
  });

  test('that were removed show when all are gone', () => {
    expect(tag('UntagResources', { 'TagKey.1': 'env' })).toBe('missing');
    expect(tag('UntagResources', { 'TagKey.1': 'gone' })).toBe('shows');
    expect(tag('UntagResources', { 'TagKey.1': 'toString' })).toBe('shows');
    expect(tag('RemoveTags', { Tag: [{ Key: 'env' }] })).toBe('missing');
    expect(tag('RemoveTags', { Tag: [{ Key: 'env', Value: 'test' }] })).toBe('shows');
    expect(tag('UntagResources', { All: true })).toBe('missing');
    expect(tag('UntagResources', { All: true }, { 'acs:rm': 'x' })).toBe('shows');
    expect(tag('UntagResources', { All: false })).toBe('cannot tell');
  });
});

describe('nothing can be told', () => {
  const asked = { IpProtocol: 'TCP', PortRange: '25/25', DestCidrIp: '0.0.0.0/0' };

  test('of another group than the one that was read', () => {
    expect(effect('AuthorizeSecurityGroupEgress', { ...asked, SecurityGroupId: 'sg-other' })).toBe(
      'cannot tell',
    );
  });

  test('of a rule whose group is one of several that the record refers to', () => {
    const referencedResources = { SecurityGroup: ['sg-aa11', 'sg-peer'] };
    const parameters = { ...asked, SecurityGroupId: undefined };
    expect(effect('AuthorizeSecurityGroupEgress', parameters, {}, { referencedResources })).toBe(
      'cannot tell',
    );
  });

  test.each([
    ['an undocumented change', { eventName: 'ConfigureSecurityGroupPermissions' }],
    ['a failed call', { errorCode: 'Forbidden.RAM' }],
    ['a list', { eventName: 'ModifyPrefixList' }],
    ['another call', { eventName: 'RunInstances' }],
  ])('of %s', (_what, changes) => {
    expect(showsEffect(eventOf(changes), { summary: GROUP, group: GROUP })).toBe('cannot tell');
  });
});

test('no effect shows on a group that is not there', () => {
  expect(showsEffect(eventOf(), undefined)).toBe('missing');
  expect(showsEffect(eventOf({ eventName: 'CreateSecurityGroup' }), undefined)).toBe('missing');
  expect(showsEffect(eventOf({ eventName: 'RunInstances' }), undefined)).toBe('cannot tell');
});
