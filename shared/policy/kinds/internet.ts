import { type Cidr, parseCidr } from '../../security-group';
import { without } from './blocks';

/** How a policy file writes every address that is not of a private network. */
export const INTERNET = 'internet';

/**
 * Networks that are not the Internet: RFC 1918, and RFC 6598, from which Alibaba Cloud's own services
 * are reached.
 */
const PRIVATE = ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16'].map(parseCidr);

/**
 * 2000::/3 in numbers: when it is first asked for an IPv6 address, Node takes 5 ms to get ready, which every start of
 * a function would pay.
 */
const GLOBAL_UNICAST: Cidr = {
  family: 6,
  prefixLength: 3,
  first: 1n << 125n,
  last: (1n << 126n) - 1n,
};

/** The Internet as blocks: IPv4 but for private networks, and IPv6 global unicast (RFC 4291). */
export const INTERNET_BLOCKS: readonly Cidr[] = [
  ...without(parseCidr('0.0.0.0/0'), PRIVATE),
  GLOBAL_UNICAST,
];
