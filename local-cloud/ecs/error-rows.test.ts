import {
  ACCOUNT,
  OTHER_ACCOUNT,
  permissions,
  REGION,
  type Sent,
  type TestEcs,
  testEcs,
} from './ecs-for-tests';
import { PAGE_ERRORS } from './errors';
import type { EcsOptions } from './options';

// One request for every row of the error tables. The type of CASES makes a row without one a compile error.

interface Case {
  readonly action:
    | 'AuthorizeSecurityGroupEgress'
    | 'ModifySecurityGroupEgressRule'
    | 'ModifySecurityGroupRule';
  readonly sent: Sent | ((ecs: TestEcs) => Sent);
  readonly options?: Partial<EcsOptions>;
  /** The message, where the page leaves it open. */
  readonly message?: string;
}

const GROUP = 'sg-own';
const INGRESS = { IpProtocol: 'tcp', PortRange: '22/22', SourceCidrIp: '10.0.0.0/8' };
const EGRESS = { IpProtocol: 'tcp', PortRange: '22/22', DestCidrIp: '10.0.0.0/8' };
const PORTS = { IpProtocol: 'tcp', PortRange: '22/22' };

const authorize = (sent: Case['sent'], more: Partial<Case> = {}): Case => ({
  action: 'AuthorizeSecurityGroupEgress',
  sent,
  ...more,
});
const modifyEgress = (sent: Case['sent'], more: Partial<Case> = {}): Case => ({
  ...authorize(sent, more),
  action: 'ModifySecurityGroupEgressRule',
});
const modifyIngress = (sent: Case['sent'], more: Partial<Case> = {}): Case => ({
  ...authorize(sent, more),
  action: 'ModifySecurityGroupRule',
});
const CASES: Readonly<Record<keyof typeof PAGE_ERRORS, Case>> = {
  AuthorizationLimitExceed: authorize(EGRESS, { options: { rulesPerGroup: 0 } }),
  ILLEGAL_IPV6_CIDR: authorize(
    { ...PORTS, Ipv6DestCidrIp: '2001:db8::/129' },
    { message: 'The IPv6 CIDR block in Ipv6DestCidrIp is illegal.' },
  ),
  InternalError: authorize(EGRESS, { options: { internalErrors: () => true } }),
  'InvalidDestCidrIp.Malformed/octet': authorize({ ...EGRESS, DestCidrIp: '10.0.0.256/8' }),
  'InvalidDestCidrIp.Malformed/address': modifyEgress({ ...EGRESS, DestCidrIp: 'everywhere' }),
  'InvalidDestCidrIp.Malformed/prefix-length': authorize({ ...EGRESS, DestCidrIp: '10.0.0.0/33' }),
  'InvalidDestGroup.NotFound': authorize({
    ...PORTS,
    DestGroupId: 'sg-own',
    DestGroupOwnerId: OTHER_ACCOUNT,
  }),
  'InvalidDestGroupId.Mismatch/VPC': authorize({ ...PORTS, DestGroupId: 'sg-other-vpc' }),
  'InvalidDestGroupId.Mismatch/NIC': authorize({
    ...PORTS,
    SecurityGroupId: 'sg-classic',
    DestGroupId: 'sg-classic-peer',
  }),
  'InvalidDestGroupId.NotFound': modifyEgress({ ...PORTS, DestGroupId: 'sg-none' }),
  'InvalidIpProtocol.Malformed': authorize({ ...EGRESS, PortRange: '200/1' }),
  'InvalidIpProtocol.ValueNotSupported/ingress': modifyIngress({ ...INGRESS, IpProtocol: 'sctp' }),
  'InvalidIpProtocol.ValueNotSupported/egress': modifyEgress({ ...EGRESS, IpProtocol: '' }),
  'InvalidNetworkType.Conflict/permissions': authorize(
    permissions({ ...PORTS, DestGroupId: 'sg-classic' }),
  ),
  'InvalidNetworkType.Conflict/flat': authorize({ ...PORTS, DestGroupId: 'sg-classic' }),
  'InvalidNetworkType.Mismatch': modifyIngress({ ...PORTS, SourceGroupId: 'sg-classic' }),
  'InvalidNicType.Mismatch': authorize({ ...EGRESS, NicType: 'internet' }),
  'InvalidNicType.ValueNotSupported/unknown': modifyIngress({ ...INGRESS, NicType: 'public' }),
  'InvalidNicType.ValueNotSupported/malformed': modifyEgress({ ...EGRESS, NicType: 'nic-1' }),
  'InvalidOperation.ResourceManagedByCloudProduct': authorize(
    { ...EGRESS, SecurityGroupId: 'sg-managed' },
    {
      message:
        'The security group sg-managed is managed by a cloud service and cannot be changed or referred to.',
    },
  ),
  'InvalidParam.DestCidrIp': authorize(permissions({ ...EGRESS, DestCidrIp: '::/0' })),
  'InvalidParam.DestIp': authorize(
    { ...EGRESS, Ipv6DestCidrIp: '::/0' },
    {
      message:
        'The Parameters DestCidrIp and Ipv6DestCidrIp in the rule cannot be set at the same time.',
    },
  ),
  'InvalidParam.DuplicatePermissions': authorize(
    permissions(EGRESS, { ...EGRESS, IpProtocol: 'TCP', Policy: 'ACCEPT', Description: 'again' }),
  ),
  'InvalidParam.Ipv4ProtocolConflictWithIpv6Address': authorize(
    { IpProtocol: 'icmp', PortRange: '-1/-1', Ipv6DestCidrIp: '::/0' },
    { message: 'IPv6 address cannot be specified for IPv4-specific protocol.' },
  ),
  'InvalidParam.Ipv6DestCidrIp': authorize(
    { ...PORTS, Ipv6DestCidrIp: '10.0.0.0/8' },
    { message: 'The specified parameter Ipv6DestCidrIp is not valid.' },
  ),
  'InvalidParam.Ipv6ProtocolConflictWithIpv4Address': authorize(
    { IpProtocol: 'icmpv6', PortRange: '-1/-1', DestCidrIp: '10.0.0.0/8' },
    { message: 'IPv4 address cannot be specified for IPv6-specific protocol.' },
  ),
  'InvalidParam.Ipv6SourceCidrIp': modifyIngress(
    { ...PORTS, Ipv6SourceCidrIp: '2001:db8::g' },
    { message: 'The specified parameter Ipv6SourceCidrIp is not valid.' },
  ),
  'InvalidParam.Permissions': authorize({ ...permissions(EGRESS), Description: 'flat' }),
  'InvalidParam.PortRange/ingress': modifyIngress({ ...INGRESS, PortRange: '1-200' }),
  'InvalidParam.PortRange/egress': modifyEgress({ ...EGRESS, PortRange: '1/65536' }),
  'InvalidParam.PrefixListAddressFamilyMismatch': authorize((ecs) => ({
    ...PORTS,
    DestPrefixListId: prefixList(ecs, 'IPv6'),
    SourceCidrIp: '10.0.0.0/8',
  })),
  'InvalidParam.SourceCidrIp': authorize({ ...EGRESS, SourceCidrIp: '10/8' }),
  'InvalidParam.SourceIp': modifyEgress(
    { ...EGRESS, SourceCidrIp: '10/8' },
    { message: 'The specified parameter SourceCidrIp is not valid.' },
  ),
  'InvalidParameter.Conflict': authorize({ ...EGRESS, Ipv6SourceCidrIp: '2001:db8::/32' }),
  'InvalidParamter.Conflict/CIDR': authorize({ ...EGRESS, SourceCidrIp: EGRESS.DestCidrIp }),
  'InvalidParamter.Conflict/group': modifyIngress({ ...PORTS, SourceGroupId: GROUP }),
  'InvalidPolicy.Malformed': authorize({ ...EGRESS, Policy: 'allow' }),
  'InvalidPrefixListId.NotFound': authorize({ ...PORTS, DestPrefixListId: 'pl-none' }),
  'InvalidPriority.Malformed/parameter': authorize({ ...EGRESS, Priority: '101' }),
  'InvalidPriority.Malformed/quoted': modifyEgress({ ...EGRESS, Priority: 'high' }),
  'InvalidPriority.ValueNotSupported/parameter': modifyIngress({ ...INGRESS, Priority: '0' }),
  'InvalidPriority.ValueNotSupported/specified': modifyEgress({ ...EGRESS, Priority: '101' }),
  'InvalidSecurityGroup.InvalidNetworkType': authorize({
    ...PORTS,
    SecurityGroupId: 'sg-classic',
    Ipv6DestCidrIp: '::/0',
  }),
  'InvalidSecurityGroup.IsSame': authorize({ ...PORTS, DestGroupId: GROUP }),
  'InvalidSecurityGroupDiscription.Malformed': modifyIngress({
    ...INGRESS,
    Description: 'x'.repeat(513),
  }),
  'InvalidSecurityGroupId.Malformed': modifyIngress({ ...INGRESS, SecurityGroupId: 'own' }),
  'InvalidSecurityGroupId.NotFound/detail': authorize(
    { ...EGRESS, SecurityGroupId: 'own' },
    { message: 'The specified SecurityGroupId own does not exist.' },
  ),
  'InvalidSecurityGroupId.NotFound/fixed': authorize({ ...EGRESS, SecurityGroupId: 'sg-none' }),
  'InvalidSourceCidrIp.Malformed': modifyIngress({ ...INGRESS, SourceCidrIp: '10.0.0.0/x' }),
  'InvalidSourceGroup.NotFound': modifyIngress({
    ...PORTS,
    SourceGroupId: 'sg-own',
    SourceGroupOwnerAccount: 'nobody@example.com',
  }),
  'InvalidSourceGroupId.Mismatch/VPC': modifyIngress({ ...PORTS, SourceGroupId: 'sg-other-vpc' }),
  'InvalidSourceGroupId.Mismatch/NIC': modifyIngress({
    ...PORTS,
    SecurityGroupId: 'sg-classic',
    SourceGroupId: 'sg-classic-peer',
  }),
  'InvalidSourceGroupId.NotFound': modifyIngress({ ...PORTS, SourceGroupId: 'sg-none' }),
  'InvalidSourcePortRange.Malformed': modifyEgress({ ...EGRESS, SourcePortRange: '80' }),
  'LimitExceed.PrefixListAssociationResource': authorize(
    (ecs) => ({ ...PORTS, DestPrefixListId: prefixList(ecs, 'IPv4') }),
    { options: { prefixListAssociations: 0 } },
  ),
  'MissingParameter/Dest': authorize(PORTS),
  'MissingParameter/Source': modifyIngress({ ...PORTS, SourceCidrIp: '' }),
  'MissingParameter.Dest': modifyEgress(PORTS),
  'MissingParameter.Source': modifyIngress(PORTS),
  'NotSupported.ClassicNetworkPrefixList': authorize((ecs) => ({
    ...PORTS,
    SecurityGroupId: 'sg-classic',
    DestPrefixListId: prefixList(ecs, 'IPv4'),
  })),
  OperationDenied: authorize({ ...EGRESS, IpProtocol: 'icmp' }),
  'SecurityGroupRule.NotFound/egress': modifyEgress(EGRESS),
  'SecurityGroupRule.NotFound/ingress': modifyIngress(INGRESS),
  VPCDisabled: authorize({
    ...PORTS,
    SecurityGroupId: 'sg-classic',
    NicType: 'intranet',
    DestGroupId: GROUP,
  }),
};

function prefixList(ecs: TestEcs, family: string): string {
  const sent = { PrefixListName: 'list', AddressFamily: family, MaxEntries: '1' };
  return String(ecs.call('CreatePrefixList', sent).PrefixListId);
}

function world(options: Partial<EcsOptions> = {}): TestEcs {
  const ecs = testEcs(options);
  ecs.service.loadInventory({
    ...REGION,
    SecurityGroups: [
      { SecurityGroupId: GROUP, VpcId: 'vpc-a' },
      { SecurityGroupId: 'sg-other-vpc', VpcId: 'vpc-b' },
      { SecurityGroupId: 'sg-managed', VpcId: 'vpc-a', ServiceManaged: true },
      { SecurityGroupId: 'sg-classic' },
      { SecurityGroupId: 'sg-classic-peer' },
    ],
  });
  return ecs;
}

describe('the error tables of the rule pages', () => {
  test('have 64 rows, all of them different', () => {
    const rows = Object.values(PAGE_ERRORS);
    expect(rows).toHaveLength(64);
    expect(new Set(rows.map((row) => `${row.status} ${row.code} ${row.message}`)).size).toBe(64);
  });

  test.each(Object.entries(CASES))('%s', (key, { action, sent, options, message }) => {
    const ecs = world(options);
    const row = Object.entries(PAGE_ERRORS).find(([name]) => name === key)?.[1];
    expect(row?.actions).toContain(action);
    expect(message === undefined).toBe(row?.message !== '%s');
    const parameters = typeof sent === 'function' ? sent(ecs) : sent;
    expect(ecs.outcome(action, { SecurityGroupId: GROUP, ...parameters })).toBe(
      `${row?.status} ${row?.code}: ${message ?? row?.message}`,
    );
  });

  test('leave the state alone', () => {
    for (const { action, sent, options } of Object.values(CASES)) {
      const ecs = world(options);
      const parameters = typeof sent === 'function' ? sent(ecs) : sent;
      ecs.outcome(action, { SecurityGroupId: GROUP, ...parameters });
      const groups = options?.internalErrors ? [] : [GROUP, 'sg-managed', 'sg-classic'];
      expect(groups.flatMap((id) => ecs.rules(id))).toEqual([]);
    }
  });

  test('keep accounts apart: a group of another account is not found', () => {
    const ecs = world();
    const sent = { ...EGRESS, SecurityGroupId: GROUP };
    expect(ecs.outcome('AuthorizeSecurityGroupEgress', sent, OTHER_ACCOUNT)).toContain('404');
    expect(ecs.outcome('AuthorizeSecurityGroupEgress', sent, ACCOUNT)).toBe('accepted');
  });
});
