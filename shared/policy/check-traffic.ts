import { hasPorts, PROTOCOL_NUMBERS, parseCidr, parseProtocol } from '../security-group';
import { INTERNET } from './kinds/internet';
import type { Report } from './mistake';
import type { DenyPolicy, ExemptTraffic } from './policy';

/** The key under which a policy file names the far side. */
export function farSideOf(kind: DenyPolicy['kind']): 'to' | 'from' {
  return kind === 'deny-egress' ? 'to' : 'from';
}

/** What does not go together in traffic that a policy names. */
export function checkTraffic(
  traffic: ExemptTraffic,
  kind: DenyPolicy['kind'],
  path: (string | number)[],
  report: Report,
): void {
  const protocol = parseProtocol(traffic.protocol);
  if (traffic.ports && (protocol === 'all' || !hasPorts(protocol))) {
    report(
      [...path, 'ports'],
      `ports do not go with protocol ${traffic.protocol}: write one entry for tcp and one for udp, or leave ports out`,
      true,
    );
  }
  const ipv4Only = protocol === PROTOCOL_NUMBERS.ICMP;
  const ipv6Only = protocol === PROTOCOL_NUMBERS.ICMPV6;
  traffic.peers?.forEach((peer, position) => {
    if (peer === INTERNET || /^(sg|pl)-/.test(peer)) return;
    const { family } = parseCidr(peer);
    if ((ipv4Only && family === 6) || (ipv6Only && family === 4)) {
      report(
        [...path, farSideOf(kind), position],
        `${peer} does not go with protocol ${traffic.protocol}: write icmp for IPv4 and icmpv6 for IPv6, in entries of their own`,
      );
    }
  });
}
