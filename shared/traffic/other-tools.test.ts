/** Traffic that tools which compare the texts of rules judge wrongly. */
import { allowed, changesOutside, difference, neverMatched, redundant } from './index';
import { egress, flow, group, ingress } from './testing/build';

const SSH = [flow('TCP', '22/22', '0.0.0.0/0')];
const ssh = { IpProtocol: 'TCP', PortRange: '22/22' };
const SMTP = [flow('TCP', '25/25', '0.0.0.0/0')];

test('a block that is not literally 0.0.0.0/0 is open all the same', () => {
  const half = ingress({ ...ssh, SourceCidrIp: '0.0.0.0/1' });
  expect(allowed(group(half), 'ingress', SSH)).toMatchObject({ verdict: 'allowed', by: half });
});

test('two halves of the address space open all of it', () => {
  const halves = ['0.0.0.0/1', '128.0.0.0/1'].map((SourceCidrIp) =>
    ingress({ ...ssh, SourceCidrIp }),
  );
  expect(allowed(group(...halves), 'ingress', SSH)).toMatchObject({ rules: halves });
  const whole = group(ingress(ssh));
  expect(difference(group(...halves), whole, 'ingress')).toEqual({ verdict: 'exact', changes: [] });
});

test('drop rules for both halves deny the whole', () => {
  const halves = ['0.0.0.0/1', '128.0.0.0/1'].map((DestCidrIp) =>
    egress({ Policy: 'Drop', DestCidrIp }),
  );
  expect(allowed(group(...halves), 'egress', SMTP)).toEqual({ verdict: 'denied' });
  expect(allowed(group(...halves.slice(1)), 'egress', SMTP)).toMatchObject({ by: 'default' });
});

test('an accept of higher priority defeats a deny', () => {
  const deny = egress({ Policy: 'Drop', Priority: 10, IpProtocol: 'TCP', PortRange: '25/25' });
  const hole = egress({ Priority: 5, IpProtocol: 'TCP', DestCidrIp: '203.0.113.0/28' });
  expect(allowed(group(deny, hole), 'egress', SMTP)).toMatchObject({
    verdict: 'allowed',
    by: hole,
    rules: [hole],
    witness: { protocol: 6, destinationPort: 25, peer: 0xcb00710an },
  });
});

test('an open rule behind a stronger drop of everything is no exposure', () => {
  const hidden = [ingress({ Policy: 'Drop', Priority: 1 }), ingress({ Priority: 2 })];
  expect(allowed(group(...hidden), 'ingress', SSH)).toEqual({ verdict: 'denied' });
});

test('a drop rule for 0.0.0.0/0 is no exposure', () => {
  const dropped = group(ingress({ ...ssh, Policy: 'Drop' }));
  expect(allowed(dropped, 'ingress', SSH)).toEqual({ verdict: 'denied' });
});

test('a rule for ALL -1/-1 from 0.0.0.0/0 opens port 22', () => {
  const open = ingress();
  expect(allowed(group(open), 'ingress', SSH)).toMatchObject({ verdict: 'allowed', by: open });
});

test('a range or a protocol number that contains port 22 opens it', () => {
  for (const rule of [
    ingress({ IpProtocol: 'TCP', PortRange: '20/30' }),
    ingress({ IpProtocol: '6', PortRange: '1/65535' }),
    ingress({ IpProtocol: 'ALL', PortRange: '22/22' }),
  ]) {
    expect(allowed(group(rule), 'ingress', SSH)).toMatchObject({ verdict: 'allowed', by: rule });
  }
});

test('IPv6 is judged like IPv4, and is not closed by an IPv4 rule', () => {
  const rules = [
    ingress({ ...ssh, Policy: 'Drop' }),
    ingress({ ...ssh, Ipv6SourceCidrIp: '::/0' }),
  ];
  const everywhere = [...SSH, flow('TCP', '22/22', '::/0')];
  expect(allowed(group(...rules), 'ingress', everywhere)).toMatchObject({
    verdict: 'allowed',
    by: rules[1],
    witness: { family: 6, peer: 0x20010db8_00000000_00000000_00000010n },
  });
});

test('a stronger deny of something else does not make an open rule compliant', () => {
  const elsewhere = ingress({ ...ssh, Policy: 'Drop', SourceCidrIp: '198.51.100.0/24' });
  const open = ingress({ Priority: 2 });
  expect(allowed(group(elsewhere, open), 'ingress', SSH)).toMatchObject({ by: open });
});

test('rules are judged in order of strength, not in the order they are listed', () => {
  const open = ingress({ ...ssh, Priority: 2 });
  const deny = ingress({ ...ssh, Policy: 'Drop', Priority: 1 });
  for (const rules of [
    [open, deny],
    [deny, open],
  ]) {
    expect(allowed(group(...rules), 'ingress', SSH)).toEqual({ verdict: 'denied' });
  }
});

test('a rule need not be identical to another to be redundant', () => {
  const wide = ingress({ SourceCidrIp: '10.0.0.0/8', IpProtocol: 'TCP' });
  const narrow = ingress({ ...ssh, SourceCidrIp: '10.1.0.0/16', Priority: 2 });
  const early = ingress({ ...ssh, SourceCidrIp: '10.2.0.0/16', Priority: 1 });
  const first = { ...wide, priority: 2 };
  expect(neverMatched(group(wide, narrow), 'ingress')).toEqual({
    verdict: 'exact',
    rules: [{ rule: narrow, coveredBy: [wide] }],
  });
  expect(redundant(group(early, first), 'ingress')).toEqual({ verdict: 'exact', rules: [early] });
});

test('a rule that looks identical to a redundant one is needed if an opposite rule lies between', () => {
  const early = ingress({ ...ssh, SourceCidrIp: '10.2.0.0/16', Priority: 1 });
  const between = ingress({ ...ssh, Policy: 'Drop', SourceCidrIp: '10.0.0.0/8', Priority: 2 });
  const wide = ingress({ Priority: 3 });
  expect(redundant(group(early, between, wide), 'ingress')).toEqual({
    verdict: 'exact',
    rules: [],
  });
});

test('removing every rule for 0.0.0.0/0, drop rules included, opens what they closed', () => {
  const drop = ingress({ ...ssh, Policy: 'Drop' });
  const office = ingress({ SourceCidrIp: '198.51.100.0/24', Priority: 2 });
  const answer = difference(group(drop, office), group(office), 'ingress');
  expect(answer).toMatchObject({
    changes: [{ from: 'drop', to: 'accept', before: drop, after: office, on: [] }],
  });
});

test('a repair that touches more than the policy asks for is seen', () => {
  const answer = difference(
    group(),
    group(egress({ Policy: 'Drop', IpProtocol: 'TCP', PortRange: '25/26' })),
    'egress',
  );
  if (answer.verdict !== 'exact') throw new Error(answer.reason);
  expect(changesOutside(answer.changes, SMTP)).toMatchObject({
    changes: [{ box: { service: { first: 254 + 26, last: 254 + 26 } } }],
  });
});
