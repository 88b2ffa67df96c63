import { formatAddress } from '../security-group';
import type { Packet } from '../traffic';

/** A packet for people and as JSON, which has no big numbers: its addresses in the usual spelling. */
export function plainPacket(packet: Packet) {
  const { family, peer, own } = packet;
  return {
    ...packet,
    peer: formatAddress(family, peer),
    own: own === null ? null : formatAddress(family, own),
  };
}
