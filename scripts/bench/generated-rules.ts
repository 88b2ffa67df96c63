import { type Permission, parseRule, type Rule } from '../../shared/security-group';

/** A stream of numbers from 0 up to, not including, 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const SERVICES: readonly Partial<Permission>[] = [
  ...[22, 25, 53, 80, 443, 445, 1433, 1521, 3306, 3389, 5432, 8080].map((port) => ({
    IpProtocol: port === 53 ? 'UDP' : 'TCP',
    PortRange: `${port}/${port}`,
  })),
  { IpProtocol: 'TCP', PortRange: '1024/65535' },
  { IpProtocol: 'TCP', PortRange: '6000/6063' },
  { IpProtocol: 'UDP', PortRange: '1024/65535' },
  { IpProtocol: 'UDP', PortRange: '161/162' },
  { IpProtocol: 'TCP', PortRange: '-1/-1' },
  { IpProtocol: 'UDP', PortRange: '-1/-1' },
  { IpProtocol: 'ICMP', PortRange: '-1/-1' },
  { IpProtocol: 'ALL', PortRange: '-1/-1' },
];
const PREFIX_LENGTHS = [0, 8, 12, 16, 16, 20, 24, 24, 24, 28, 30, 32, 32, 32, 32];

/**
 * IPv4 ingress rules in the manner of ClassBench, strongest first: blocks nested in a common stock of
 * networks, ports alone, in ranges and all, some limits on source ports, the more special rules mostly
 * in front. One in fifty is given in two halves as well, so that it may be covered by both together.
 * `shape` is `quintuple` for rules with an own side and source ports, `triple` for rules as people
 * write them.
 */
export function generateRules(count: number, seed: number, shape: 'quintuple' | 'triple'): Rule[] {
  const random = seededRandom(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const networks = Array.from({ length: Math.ceil(count / 12) }, () =>
    Math.floor(random() * 2 ** 32),
  );
  const block = (): Block => ({
    address: ((pick(networks) & 0xffff0000) | Math.floor(random() * 2 ** 16)) >>> 0,
    length: pick(PREFIX_LENGTHS),
  });
  const drafts: { permission: Permission; place: number }[] = [];
  while (drafts.length < count) {
    const peer = block();
    const own = block();
    const permission: Permission = {
      Direction: 'ingress',
      Policy: random() < 0.7 ? 'Accept' : 'Drop',
      ...pick(SERVICES),
      ...(shape === 'quintuple'
        ? { DestCidrIp: format(own), SourcePortRange: random() < 0.1 ? '1024/65535' : '' }
        : {}),
    };
    const place = peer.length + (shape === 'quintuple' ? own.length : 0) + random() * 24;
    drafts.push({ permission: { ...permission, SourceCidrIp: format(peer) }, place });
    if (random() < 0.02 && peer.length < 32) {
      for (const half of halves(peer)) {
        const SourceCidrIp = format(half);
        drafts.push({ permission: { ...permission, SourceCidrIp }, place: place + random() });
      }
    }
  }
  drafts.sort((a, b) => b.place - a.place);
  return drafts
    .slice(0, count)
    .map(({ permission }, index) =>
      parseRule({
        ...permission,
        SecurityGroupRuleId: `sgr-${index + 1}`,
        Priority: 1 + Math.floor((index * 100) / count),
      }),
    )
    .sort((a, b) => a.priority - b.priority || strength(a) - strength(b));
}

function strength(rule: Rule): number {
  return rule.policy === 'drop' ? 0 : 1;
}

interface Block {
  readonly address: number;
  readonly length: number;
}

function format({ address, length }: Block): string {
  const bytes = [24, 16, 8, 0].map((shift) => (address >>> shift) & 255);
  return `${bytes.join('.')}/${length}`;
}

function halves({ address, length }: Block): Block[] {
  const bit = 2 ** (31 - length);
  const first = Math.floor(address / (2 * bit)) * 2 * bit;
  return [
    { address: first, length: length + 1 },
    { address: first + bit, length: length + 1 },
  ];
}
