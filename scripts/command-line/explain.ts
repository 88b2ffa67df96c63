import {
  type Address,
  type Direction,
  hasPorts,
  parseAddress,
  parseProtocol,
} from '../../shared/security-group';
import { type Decision, decide, type Packet, type RuleSet } from '../../shared/traffic';
import { answerBatch, type BatchLine } from './batch';
import { colors as pc } from './color';
import { EXIT_CODES } from './exit-code';
import { findGroups, type SourceOptions } from './group-source';
import { recordOf } from './json-input';
import { ruleJson, ruleText } from './rule-json';

/** Options of `explain`. */
export interface ExplainOptions extends SourceOptions {
  readonly batch?: string;
  readonly group?: string;
  readonly direction?: Direction;
  readonly protocol?: string;
  readonly to?: string;
  readonly from?: string;
  readonly port?: number;
  readonly sourcePort?: number;
  readonly json?: boolean;
}

/** Says what a group does to one packet, and by which rule. Gives the exit code. */
export async function explain(options: ExplainOptions): Promise<number> {
  if (options.batch !== undefined) return answerBatch(options.batch, answerPackets);
  const packet = packetOf(options);
  if (options.group === undefined) throw new Error('--group is missing: name a security group');
  const [found] = await findGroups(options, options.group);
  if (!found || 'unread' in found) {
    throw new Error(`${options.group} could not be read: ${found?.unread ?? 'it was not found'}`);
  }
  const { group, lists } = found;
  const decision = decide({ ...group, groupType: group.type, lists }, packet);
  if (options.json) console.log(JSON.stringify(decisionJson(decision)));
  else console.log(decisionText(decision));
  return EXIT_CODES.compliant;
}

function packetOf(options: ExplainOptions): Packet {
  const { direction } = options;
  if (!direction) throw new Error('--direction is missing: write ingress or egress');
  const [peerOption, ownOption] = direction === 'egress' ? ['to', 'from'] : ['from', 'to'];
  const peerText = options[peerOption as 'to' | 'from'];
  const ownText = options[ownOption as 'to' | 'from'];
  if (peerText === undefined) {
    throw new Error(`--${peerOption} is missing: write the address at the other end of the packet`);
  }
  const peer = parseAddress(peerText);
  const own = ownText === undefined ? null : parseAddress(ownText);
  if (own && own.family !== peer.family) {
    throw new Error(
      '--from and --to are of different address families: write both as IPv4 or IPv6',
    );
  }
  if (options.protocol === undefined) {
    throw new Error('--protocol is missing: write tcp, udp, icmp, icmpv6, gre or a number');
  }
  const protocol = parseProtocol(options.protocol);
  if (protocol === 'all') throw new Error('--protocol all is no packet: write tcp, udp, icmp, …');
  const [port, sourcePort] = [portOf(options.port), portOf(options.sourcePort)];
  if (hasPorts(protocol) && port === null) {
    throw new Error('--port is missing: TCP and UDP packets have one');
  }
  if (!hasPorts(protocol) && (port !== null || sourcePort !== null)) {
    throw new Error('this protocol has no ports: leave --port and --source-port out');
  }
  return {
    direction,
    family: peer.family,
    protocol,
    sourcePort,
    destinationPort: port,
    peer: peer.value,
    own: own?.value ?? null,
  };
}

function decisionJson({ verdict, by, beats, on }: Decision) {
  return {
    verdict,
    rule: typeof by === 'string' ? null : ruleJson(by),
    by: typeof by === 'string' ? by : 'rule',
    beats: beats.map(ruleJson),
    ...(on.length > 0 ? { on } : {}),
  };
}

function decisionText({ verdict, by, beats, on }: Decision): string {
  const color = { accept: pc.green, drop: pc.red, depends: pc.yellow }[verdict];
  const decider = {
    default: 'no rule matches it; the default of the group type decides',
    'intra-group': "it stays inside the group, and the group's inner access policy accepts that",
  };
  const lines = [
    color(pc.bold(verdict)),
    ...(on.length > 0 ? [`  depends on ${on.join(', ')}; otherwise:`] : []),
    `  ${typeof by === 'string' ? decider[by] : ruleText(by)}`,
    ...(beats.length > 0 ? [pc.dim('  beats')] : []),
    ...beats.map((rule) => pc.dim(`    ${ruleText(rule)}`)),
  ];
  return lines.join('\n');
}

function answerPackets(ruleSet: RuleSet, { packets }: BatchLine) {
  if (!Array.isArray(packets)) throw new Error('"packets" is missing: write a list of packets');
  const verdicts = packets.map((data: unknown) => {
    const { verdict, by } = decide(ruleSet, parsePacket(recordOf('a packet', data)));
    return { verdict, ruleId: typeof by === 'string' ? null : (by.id ?? null) };
  });
  return { verdicts };
}

function parsePacket(data: Readonly<Record<string, unknown>>): Packet {
  const { direction, sameGroup = false } = data;
  if (direction !== 'ingress' && direction !== 'egress') {
    throw new Error(`a packet's direction is "${direction}": write ingress or egress`);
  }
  if (typeof sameGroup !== 'boolean') {
    throw new Error(`a packet's sameGroup is ${JSON.stringify(sameGroup)}: write true or false`);
  }
  const protocol = parseProtocol(String(data.protocol));
  if (protocol === 'all') throw new Error("a packet's protocol is a number from 0 to 255");
  const peer = addressOf(data.family, data.peer);
  const own = data.own === undefined || data.own === null ? null : addressOf(data.family, data.own);
  return {
    direction,
    family: peer.family,
    protocol,
    sourcePort: hasPorts(protocol) ? portOf(data.srcPort) : null,
    destinationPort: hasPorts(protocol) ? portOf(data.dstPort) : null,
    peer: peer.value,
    own: own?.value ?? null,
    sameGroup,
  };
}

function addressOf(family: unknown, text: unknown): Address {
  if (family !== 4 && family !== 6) {
    throw new Error(`a packet's family is ${JSON.stringify(family)}: write 4 or 6`);
  }
  const address = parseAddress(String(text));
  if (address.family !== family) {
    throw new Error(`"${text}" is not an address of family ${family}: write 4 or 6 to match it`);
  }
  return address;
}

function portOf(port: unknown): number | null {
  if (port === null || port === undefined) return null;
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Error(`${JSON.stringify(port)} is not a port: write a number from 0 to 65535`);
  }
  return port;
}
