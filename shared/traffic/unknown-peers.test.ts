/** Groups and lists whose contents are not known: what is denied, let through, or hangs on them. */
import { parseCidr } from '../security-group';
import { allowed, decide } from './index';
import { egress, flow, group, ingress, packet } from './testing/build';

const seen = packet('ingress', 'TCP', 22, '10.9.9.9');

test('a rule for a group makes the verdict depend on its members', () => {
  expect(decide(group(ingress({ SourceGroupId: 'sg-peer' })), seen)).toMatchObject({
    verdict: 'depends',
    by: 'default',
    on: ['sg-peer'],
  });
});

test('a drop and a weaker accept for the same group let no member in', () => {
  const rules = [
    ingress({ SourceGroupId: 'sg-peer', Policy: 'Drop', Priority: 1 }),
    ingress({ SourceGroupId: 'sg-peer', Priority: 2 }),
  ];
  const everyone = [flow('ALL', '-1/-1', '0.0.0.0/0')];
  expect(allowed(group(...rules), 'ingress', everyone)).toEqual({ verdict: 'denied' });
});

test('a stronger drop hides what a weaker rule for a group would let in', () => {
  const rules = [ingress({ Policy: 'Drop' }), ingress({ SourceGroupId: 'sg-peer', Priority: 2 })];
  expect(decide(group(...rules), seen)).toMatchObject({ verdict: 'drop', by: rules[0] });
});

test('a prefix list that was read stands for its blocks; unread, the verdict depends on it', () => {
  const rules = [ingress({ SourcePrefixListId: 'pl-office' })];
  expect(decide(group(...rules), seen)).toMatchObject({ verdict: 'depends', on: ['pl-office'] });
  const lists = {
    prefixLists: new Map([['pl-office', [parseCidr('10.9.0.0/16')]]]),
    portRangeLists: new Map(),
  };
  const read = { ...group(...rules), lists };
  expect(decide(read, seen).verdict).toBe('accept');
  expect(decide(read, packet('ingress', 'TCP', 22, '10.8.9.9')).verdict).toBe('drop');
});

test('an unread port list leaves packets without ports certain', () => {
  const rules = [ingress({ PortRange: '', PortRangeListId: 'prl-web' })];
  expect(decide(group(...rules), seen)).toMatchObject({ verdict: 'depends', on: ['prl-web'] });
  expect(decide(group(...rules), packet('ingress', 'ICMP', null, '10.9.9.9')).verdict).toBe(
    'accept',
  );
});

test('a flow to a group is denied by a drop rule for that group', () => {
  const toDatabase = {
    ...flow('TCP', '3306/3306', '0.0.0.0/0'),
    peer: { kind: 'group' as const, securityGroupId: 'sg-db' },
  };
  expect(allowed(group(), 'egress', [toDatabase])).toMatchObject({ verdict: 'allowed' });
  const denied = group(egress({ Policy: 'Drop', DestGroupId: 'sg-db' }));
  expect(allowed(denied, 'egress', [toDatabase])).toEqual({ verdict: 'denied' });
  const partly = group(egress({ Policy: 'Drop', DestCidrIp: '10.0.0.0/8' }));
  expect(allowed(partly, 'egress', [toDatabase])).toMatchObject({
    verdict: 'depends',
    on: ['sg-db'],
  });
});

test('a packet that a stronger rule lets in does not make a rule for a group certain', () => {
  const certain = ingress({ SourceCidrIp: '203.0.113.0/24', Priority: 2 });
  const rules = [ingress({ SourceGroupId: 'sg-peer' }), certain];
  const everyone = [flow('ALL', '-1/-1', '0.0.0.0/0')];
  expect(allowed(group(...rules), 'ingress', everyone)).toMatchObject({
    verdict: 'allowed',
    by: certain,
    rules,
  });
});
