import { parseAddress } from '../security-group';
import type { Packet } from '../traffic';
import { plainPacket } from './plain-packet';

const packet: Packet = {
  direction: 'egress',
  family: 4,
  protocol: 6,
  sourcePort: 50000,
  destinationPort: 25,
  peer: parseAddress('203.0.113.10').value,
  own: null,
};

test('a packet becomes JSON with its addresses spelled out', () => {
  expect(JSON.parse(JSON.stringify(plainPacket(packet)))).toEqual({
    ...packet,
    peer: '203.0.113.10',
  });
});

test('the address of all zeros is an address like any other', () => {
  expect(plainPacket({ ...packet, peer: 0n, own: 0n })).toMatchObject({
    peer: '0.0.0.0',
    own: '0.0.0.0',
  });
  expect(plainPacket({ ...packet, family: 6, own: 0n }).own).toBe('::');
});
