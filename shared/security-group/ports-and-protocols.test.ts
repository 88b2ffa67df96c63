import fc from 'fast-check';
import {
  FormatError,
  formatPorts,
  formatProtocol,
  hasPorts,
  parsePorts,
  parseProtocol,
  parseRegionId,
  parseSecurityGroupId,
  parseSecurityGroupRuleId,
} from './index';

describe('ports', () => {
  test.each([
    ['-1/-1', 'all'],
    ['', 'all'],
    [undefined, 'all'],
    ['80/80', { first: 80, last: 80 }],
    ['1/65535', { first: 1, last: 65535 }],
    ['0/0', { first: 0, last: 0 }],
    ['443', { first: 443, last: 443 }],
  ])('%s are read', (text, ports) => {
    expect(parsePorts(text)).toEqual(ports);
  });

  test.each(['90/80', '1/65536', '-1/80', '80-90', '80/', '/80', 'any', ' 80/80', '1/2/3', '-1'])(
    '"%s" are refused with an example',
    (text) => {
      expect(() => parsePorts(text)).toThrow(FormatError);
      expect(() => parsePorts(text)).toThrow(`"${text}" is not a port range: write first/last`);
    },
  );

  test('are the same after writing and reading them', () => {
    fc.assert(
      fc.property(fc.nat(65535), fc.nat(65535), (one, other) => {
        const ports = { first: Math.min(one, other), last: Math.max(one, other) };
        expect(parsePorts(formatPorts(ports))).toEqual(ports);
      }),
    );
    expect(parsePorts(formatPorts('all'))).toBe('all');
  });
});

describe('a protocol', () => {
  test.each([
    ['TCP', 6],
    ['tcp', 6],
    ['Udp', 17],
    ['ICMP', 1],
    ['icmpv6', 58],
    ['GRE', 47],
    ['ALL', 'all'],
    ['all', 'all'],
    ['0', 0],
    ['255', 255],
    ['6', 6],
  ])('%s is read in any case, or by number', (text, protocol) => {
    expect(parseProtocol(text)).toBe(protocol);
  });

  test.each(['', '256', '-1', '1.5', 'http', 'tcp ', '0x6'])('"%s" is refused', (text) => {
    expect(() => parseProtocol(text)).toThrow(FormatError);
    expect(() => parseProtocol(text)).toThrow('write TCP, UDP, ICMP');
  });

  test('is the same after writing and reading it', () => {
    for (const protocol of ['all' as const, ...Array(256).keys()]) {
      expect(parseProtocol(formatProtocol(protocol))).toBe(protocol);
    }
    expect(formatProtocol(58)).toBe('ICMPv6');
  });

  test('has ports only if it is TCP or UDP', () => {
    expect([...Array(256).keys()].filter(hasPorts)).toEqual([6, 17]);
  });
});

describe('an id', () => {
  test('is taken as it is written', () => {
    expect(parseRegionId('cn-hangzhou')).toBe('cn-hangzhou');
    expect(parseRegionId('ap-southeast-1')).toBe('ap-southeast-1');
    expect(parseSecurityGroupId('sg-bp67acfmxazb4p****')).toBe('sg-bp67acfmxazb4p****');
    expect(parseSecurityGroupRuleId('sgr-bp1')).toBe('sgr-bp1');
  });

  test.each([
    [parseRegionId, ['', 'hangzhou', 'CN-hangzhou', 'cn-', 'cn-hang zhou', '../x']],
    [parseSecurityGroupId, ['', 'sg-', 'sgr-1', 'sg-1/2', 'sg-1 ', 'SG-1', `sg-${'x'.repeat(65)}`]],
    [parseSecurityGroupRuleId, ['', 'sg-1', 'sgr-', 'sgr-a b']],
  ])('of another form is refused with an example', (parse, texts) => {
    for (const text of texts) {
      expect(() => parse(text)).toThrow(FormatError);
      expect(() => parse(text)).toThrow(/write it like (cn-hangzhou|sgr?-)/);
    }
  });
});
