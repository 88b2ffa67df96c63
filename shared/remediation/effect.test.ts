import { makeGroup, policySet, summariesOf } from '../../test/support';
import { type Permission, parseRule, type SecurityGroup } from '../security-group';
import { effectOf, proveEffect } from './effect';

const noLists = { prefixLists: new Map(), portRangeLists: new Map() };
const [noMail, descriptions] = policySet().policies;
if (!noMail || !descriptions) throw new Error('the policies are missing');

function group(...permissions: Permission[]): SecurityGroup {
  const [summary] = summariesOf([
    { RegionId: 'cn-hangzhou', SecurityGroups: [makeGroup('sg-a', [])], PrefixLists: [] },
  ]);
  if (!summary) throw new Error('the inventory is empty');
  return { ...summary, innerAccessPolicy: 'accept', rules: permissions.map(parseRule) };
}

const drop: Permission = {
  Direction: 'egress',
  IpProtocol: 'TCP',
  PortRange: '25/25',
  DestCidrIp: '0.0.0.0/0',
  Policy: 'Drop',
  Priority: '1',
};
const https: Permission = {
  Direction: 'ingress',
  IpProtocol: 'TCP',
  PortRange: '443/443',
  SourceCidrIp: '0.0.0.0/0',
};
const prove = (after: SecurityGroup, policy = noMail, before = group(https)) =>
  proveEffect(before, after, noLists, [policy]);

it('a plan that changes only traffic of its policy is proved to', () => {
  expect(prove(group(https, drop))).toBeUndefined();
  expect(prove(group(https, { ...drop, DestCidrIp: '10.0.0.0/8' }))).toBeUndefined();
  expect(prove(group(https, { ...drop, DestCidrIp: '', Ipv6DestCidrIp: '::/0' }))).toBeUndefined();
});

it('a plan that changes nothing but descriptions is proved to', () => {
  expect(prove(group({ ...https, Description: 'web | shop' }), descriptions)).toBeUndefined();
});

it.each<[string, Permission]>([
  ['more ports', { ...drop, PortRange: '25/26' }],
  ['another protocol', { ...drop, IpProtocol: 'UDP' }],
  ['every protocol', { ...drop, IpProtocol: 'ALL', PortRange: '-1/-1' }],
  [
    'the other direction',
    {
      ...drop,
      Direction: 'ingress',
      PortRange: '443/443',
      SourceCidrIp: '0.0.0.0/0',
      DestCidrIp: '',
    },
  ],
  ['more that is let in', { ...https, PortRange: '22/22' }],
])('a plan that would change %s is not, and the rule is named', (_name, rule) => {
  expect(prove(group(https, rule))).toMatch(
    /^it would change traffic that the policy is not about \(.+\), by (drop|accept) (e|in)gress/,
  );
});

it('a plan that adds rules for a policy of descriptions is not', () => {
  expect(prove(group(https, drop), descriptions)).toMatch(/^it would change traffic/);
});

it('a plan that takes a rule away is not, and says that the default takes over', () => {
  const open = group({ ...drop, PortRange: '80/80' });
  expect(prove(group(), noMail, open)).toMatch(/by the default$/);
});

it('an effect is what is closed and what is opened, in words', () => {
  const before = group(https);
  expect(effectOf(before, group(https, drop), noLists)).toEqual({
    closed: ['TCP 25 to 0.0.0.0/0'],
    opened: [],
  });
  const ssh = { ...https, PortRange: '22/22', SourceCidrIp: '10.0.0.0/8' };
  expect(effectOf(before, group(ssh, drop), noLists)).toEqual({
    closed: ['TCP 443 from 0.0.0.0/0', 'TCP 25 to 0.0.0.0/0'],
    opened: ['TCP 22 from 10.0.0.0/8'],
    example: 'TCP 22 from 10.0.0.10 from source port 50000',
  });
});
