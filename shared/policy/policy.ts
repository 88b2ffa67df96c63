import type { AccountId, Direction, PortRange, SecurityGroupType } from '../security-group';

/** Whether a policy only reports (`observe`) or also repairs (`enforce`). */
export type PolicyMode = 'observe' | 'enforce';

export type Severity = 'low' | 'medium' | 'high' | 'critical';

/** Which groups a policy is about. Texts may hold `*` for any run of characters. */
export interface Match {
  /** Ids of accounts, OWN_ACCOUNT for the one that Palisade runs with; absent: every one. */
  readonly accounts?: readonly string[] | undefined;
  readonly regions: readonly string[];
  readonly names: readonly string[];
  readonly types: readonly SecurityGroupType[];
  /** Every key listed must be on the group, with one of its values. */
  readonly tags: Readonly<Record<string, readonly string[]>>;
}

/** Groups that a policy leaves alone, or some of whose traffic it leaves alone, why, and until when. */
export interface Exemption {
  readonly groups: readonly string[];
  /** What is let pass; absent: everything that the policy is about. */
  readonly traffic?: ExemptTraffic | undefined;
  readonly reason: string;
  readonly ticket: string;
  /** Last day, YYYY-MM-DD in UTC, on which the exemption holds. */
  readonly until: string;
}

/**
 * Where the value of a placeholder comes from: a fixed value, a tag of the group, or the field of the
 * same name in the description as it stands. `default` serves where that gives nothing.
 */
export interface FieldSource {
  readonly value?: string | undefined;
  readonly tag?: string | undefined;
  readonly existing?: boolean | undefined;
  readonly default: string;
}

interface PolicyBase {
  readonly id: string;
  readonly mode: PolicyMode;
  readonly severity: Severity;
  readonly match: Match;
  readonly exempt: readonly Exemption[];
}

/** Traffic between a group and peers outside it that must not get through. */
export interface DeniedTraffic {
  /**
   * The far side, which a file calls `to` for egress and `from` for ingress: CIDR blocks, `internet`,
   * prefix lists (`pl-…`) or security groups (`sg-…`).
   */
  readonly peers: readonly string[];
  readonly protocol: string;
  /** Destination ports, merged and in order; absent: all ports. */
  readonly ports?: readonly PortRange[] | undefined;
}

/** Traffic that is let pass although a policy denies it; without `peers`, whatever the far side is. */
export type ExemptTraffic = Omit<DeniedTraffic, 'peers'> & Partial<Pick<DeniedTraffic, 'peers'>>;

/** Denies traffic out of a group, or into it. */
export interface DenyPolicy extends PolicyBase {
  readonly kind: 'deny-egress' | 'deny-ingress';
  readonly deny: readonly DeniedTraffic[];
  /** What exemptions take off that at some group. No file holds it: policyFor works it out. */
  readonly except?: readonly ExemptTraffic[];
  readonly rule: {
    readonly priority: number;
    /** A template; its placeholders are `policy`, `severity`, those of `fields`, or tags of the group. */
    readonly description: string;
    readonly fields: Readonly<Record<string, FieldSource>>;
  };
}

export interface DescribeRulesPolicy extends PolicyBase {
  readonly kind: 'describe-rules';
  readonly direction: readonly Direction[];
  readonly template: string;
  readonly fields: Readonly<Record<string, FieldSource>>;
}

export type Policy = DenyPolicy | DescribeRulesPolicy;

/** Bounds of one run, whatever started it. A run that would exceed one changes nothing. */
export interface Guardrails {
  /** Rules added and descriptions changed in a run. */
  readonly maxChanges: number;
  /** Groups changed in a run. */
  readonly maxGroups: number;
  /** Groups changed in a run, of those looked at, in percent. */
  readonly maxGroupsPercent: number;
  /** Changes to one group within an hour, over all runs; a group past it is only observed. */
  readonly maxChangesPerGroupPerHour: number;
}

/** An account whose groups are looked after. */
export interface Account {
  readonly id: AccountId;
  /** Name of the role there that is assumed; absent: the account whose credentials Palisade runs with. */
  readonly role?: string | undefined;
  /** What the role's trust policy asks for as `sts:ExternalId`. */
  readonly externalId?: string | undefined;
  /** Texts may hold `*`; absent: every region. */
  readonly regions?: readonly string[] | undefined;
}

/** A policy file, checked and with every default filled in. It is plain JSON, so that functions carry it. */
export interface PolicySet {
  readonly version: 1;
  /** Absent: only the account whose credentials Palisade runs with. */
  readonly accounts?: readonly Account[] | undefined;
  readonly guardrails: Guardrails;
  readonly quotas: {
    /** Rules a group may hold, both directions together; accounts differ. */
    readonly rulesPerGroup: number;
  };
  readonly policies: readonly Policy[];
  /** SHA-256 of the checked content, in hexadecimal: what a record names as the rules it went by. */
  readonly digest: string;
}
