import type {
  AddressFamily,
  Cidr,
  Direction,
  PortRange,
  Protocol,
  Rule,
  SecurityGroupType,
} from '../security-group';

/**
 * The contents of prefix lists and port lists that could be read, by list id. A list that is absent
 * is opaque: verdicts that hang on its contents come out as `depends`.
 */
export interface ReadLists {
  readonly prefixLists: ReadonlyMap<string, readonly Cidr[]>;
  readonly portRangeLists: ReadonlyMap<string, readonly PortRange[]>;
}

/**
 * All that decides what happens to a packet: rules of both directions in any order, and what holds
 * where no rule matches. A SecurityGroup becomes one by naming its `type` as `groupType`. Treat it as
 * immutable: what is worked out about it is remembered for as long as the object lives.
 */
export interface RuleSet {
  readonly groupType: SecurityGroupType;
  readonly innerAccessPolicy: 'accept' | 'drop';
  readonly rules: readonly Rule[];
  readonly lists?: ReadLists;
}

/** What settled a verdict: a rule, what the group type says without a rule, or intra-group access. */
export type Decider = Rule | 'default' | 'intra-group';

/** One packet. Addresses are numbers of `family`; an IPv6 address stays IPv6, `::ffff:…` included. */
export interface Packet {
  readonly direction: Direction;
  readonly family: AddressFamily;
  /** IANA number, 0 to 255. */
  readonly protocol: number;
  /** Null: not known, or the protocol has none. */
  readonly sourcePort: number | null;
  /** Null: not known, or the protocol has none. */
  readonly destinationPort: number | null;
  /** The far side: the source of an ingress packet, the destination of an egress packet. */
  readonly peer: bigint;
  /** The near side. Null: any address of the group, or not known. */
  readonly own: bigint | null;
  /** The peer is a member of the same group, or of all the groups that were pooled. */
  readonly sameGroup?: boolean;
}

/**
 * One block of traffic with peers outside the group; a region is a list of them. Ports limit TCP and
 * UDP only: with protocol `all` and ports, every packet of the other protocols belongs to the block.
 * `all` ports means 1 to 65535, for port 0 cannot be used by a program, so that a rule of 1/65535 is
 * enough to deny a block.
 */
export interface Flow {
  readonly family: AddressFamily;
  readonly protocol: Protocol;
  readonly ports: 'all' | PortRange;
  readonly sourcePorts: 'all' | PortRange;
  readonly peer: FlowPeer;
  /** Absent: every address of the group. */
  readonly own?: Cidr;
  /**
   * Traffic that is left out. Where it is not known whether a packet is, for a group or list that was not
   * read, questions of what gets through count it in, and proofs that nothing else changes leave it out.
   */
  readonly except?: readonly Omit<Flow, 'except'>[];
}

/** The far side of a flow. A CIDR block of the other family holds no packet of the flow. */
export type FlowPeer =
  | { readonly kind: 'cidr'; readonly cidr: Cidr }
  | { readonly kind: 'group'; readonly securityGroupId: string }
  | { readonly kind: 'prefix-list'; readonly prefixListId: string };
