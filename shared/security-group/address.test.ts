import fc from 'fast-check';
import {
  type AddressFamily,
  EVERY_ADDRESS,
  FormatError,
  formatAddress,
  formatCidr,
  parseAddress,
  parseCidr,
} from './index';

const address = fc.oneof(
  fc.record({ family: fc.constant<AddressFamily>(4), value: fc.bigInt(0n, 2n ** 32n - 1n) }),
  fc.record({ family: fc.constant<AddressFamily>(6), value: fc.bigInt(0n, 2n ** 128n - 1n) }),
  // Runs of zeros, which compressed spellings are about.
  fc.array(fc.constantFrom(0n, 0n, 1n, 0xffffn), { minLength: 8, maxLength: 8 }).map((parts) => ({
    family: 6 as const,
    value: parts.reduce<bigint>((value, part) => (value << 16n) | part, 0n),
  })),
);

describe('an address', () => {
  test.each([
    ['0.0.0.0', 4, 0n],
    ['255.255.255.255', 4, 2n ** 32n - 1n],
    ['10.1.2.3', 4, 0x0a010203n],
    ['::', 6, 0n],
    ['::1', 6, 1n],
    ['2001:db8::1', 6, 0x20010db8_00000000_00000000_00000001n],
    ['2001:0DB8:0000:0000:0000:0000:0000:0001', 6, 0x20010db8_00000000_00000000_00000001n],
    ['2001:db8:0:0:0:0:0:1', 6, 0x20010db8_00000000_00000000_00000001n],
    ['1:2:3:4:5:6:7::', 6, 0x00010002_00030004_00050006_00070000n],
    ['::ffff:10.1.2.3', 6, 0xffff_0a010203n],
    ['64:ff9b::10.1.2.3', 6, 0x0064ff9b_00000000_00000000_0a010203n],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 6, 2n ** 128n - 1n],
  ])('%s is read in every spelling', (text, family, value) => {
    expect(parseAddress(text)).toEqual({ family, value });
  });

  test.each([
    '',
    ' ',
    '10.1.2',
    '10.1.2.3.4',
    '10.1.2.256',
    '010.1.2.3',
    '0x0a.1.2.3',
    '167838211',
    '10.1.2.3 ',
    '10.1.2.-3',
    ':',
    ':::',
    '1::2::3',
    '2001:db8::g',
    '12345::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    'fe80::1%eth0',
    '[::1]',
    '::ffff:10.1.2.256',
    '::ffff:010.1.2.3',
    '::0x0a.1.2.3',
    'localhost',
  ])('"%s" is refused with the text and an example', (text) => {
    expect(() => parseAddress(text)).toThrow(FormatError);
    expect(() => parseAddress(text)).toThrow(
      `"${text}" is not an IP address: write it like 10.1.2.3`,
    );
  });

  test('with a dotted end is the same number as without', () => {
    const groups = fc.array(fc.nat(0xffff), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(
        groups,
        fc.nat(255),
        fc.nat(255),
        fc.nat(255),
        fc.nat(255),
        (head, a, b, c, d) => {
          const hexadecimal = [...head, a * 256 + b, c * 256 + d].map((part) => part.toString(16));
          const dotted = [...hexadecimal.slice(0, 6), `${a}.${b}.${c}.${d}`];
          expect(parseAddress(dotted.join(':'))).toEqual(parseAddress(hexadecimal.join(':')));
        },
      ),
    );
  });

  test('is the same after writing and reading it', () => {
    fc.assert(
      fc.property(address, ({ family, value }) => {
        expect(parseAddress(formatAddress(family, value))).toEqual({ family, value });
      }),
    );
  });

  test('is written compressed and in lower case', () => {
    expect(formatAddress(6, parseAddress('2001:0DB8:0:0:1:0:0:1').value)).toBe('2001:db8::1:0:0:1');
    expect(formatAddress(4, parseAddress('10.1.2.3').value)).toBe('10.1.2.3');
  });
});

describe('a CIDR block', () => {
  test.each([
    ['10.159.6.18/12', '10.144.0.0/12'],
    ['203.0.113.10', '203.0.113.10/32'],
    ['203.0.113.10/0', '0.0.0.0/0'],
    ['2001:0db8:3c4d:0015:0000:0000:1a2f:1a2b/0', '::/0'],
    ['2001:db8:3c4d:15::1a2f:1a2b/64', '2001:db8:3c4d:15::/64'],
    ['2001:db8::1', '2001:db8::1/128'],
    ['::ffff:10.1.2.3/96', '::ffff:0:0/96'],
  ])('%s is read as %s: host bits are masked', (text, canonical) => {
    expect(formatCidr(parseCidr(text))).toBe(canonical);
  });

  test.each([
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '10.0.0.0/8/8',
    '10.0.0.0/ 8',
    '10.0.0.0/1e1',
  ])('%s is refused with the lengths that are allowed', (text) => {
    expect(() => parseCidr(text)).toThrow(FormatError);
    expect(() => parseCidr(text)).toThrow(/prefix length of an IPv[46] block is 0 to (32|128)/);
  });

  test.each(['/8', '10.0.0/8', 'all'])('%s is refused for its address', (text) => {
    expect(() => parseCidr(text)).toThrow('is not an IP address');
  });

  test('holds its address, spans its size and is the same after writing and reading it', () => {
    fc.assert(
      fc.property(address, fc.nat(128), ({ family, value }, length) => {
        const bits = family === 4 ? 32 : 128;
        const prefixLength = length % (bits + 1);
        const cidr = parseCidr(`${formatAddress(family, value)}/${prefixLength}`);
        expect(cidr.first <= value && value <= cidr.last).toBe(true);
        expect(cidr.last - cidr.first + 1n).toBe(2n ** BigInt(bits - prefixLength));
        expect(cidr.first % (cidr.last - cidr.first + 1n)).toBe(0n);
        expect(parseCidr(formatCidr(cidr))).toEqual(cidr);
      }),
    );
  });

  test('of every address spans the family', () => {
    expect(formatCidr(EVERY_ADDRESS[4])).toBe('0.0.0.0/0');
    expect(formatCidr(EVERY_ADDRESS[6])).toBe('::/0');
    expect(EVERY_ADDRESS[6].last).toBe(2n ** 128n - 1n);
  });
});
