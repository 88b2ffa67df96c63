/**
 * How the service behaves where it can be chosen. Every choice about which the API pages are silent
 * or contradict each other is an option here; the default is the reading that promises a client least.
 */
export interface EcsOptions {
  /** Account that an inventory is loaded into. */
  readonly accountId: string;
  /** Random numbers, at least 0 and less than 1, from which ids are made. */
  readonly random: () => number;
  /** Account ids by login name, for SourceGroupOwnerAccount and DestGroupOwnerAccount. */
  readonly accountNames?: Readonly<Record<string, string>>;

  /** Most rules a group, both directions together; a list counts with its MaxEntries. Default 200. */
  readonly rulesPerGroup?: number;
  /** Most rules of a group whose authorization object is a group. Default 20. */
  readonly groupRulesPerGroup?: number;
  /** Most groups that an account can create in a region. Default 100,000. */
  readonly groupsPerRegion?: number;
  /** Most prefix lists in a region. Default 100. */
  readonly prefixListsPerRegion?: number;
  /** Most security groups that refer to one prefix list. Default 1000. */
  readonly prefixListAssociations?: number;

  /** What remains of a batch of Permissions.N when one of them is refused. Default all-or-nothing. */
  readonly batchAtomicity?: 'all-or-nothing' | 'stop-at-first-failure';
  /** Milliseconds for which Describe calls do not yet show a write to a group. Default 0. */
  readonly readLagMs?: number;
  /** Milliseconds for which a ClientToken is remembered. Default one day. */
  readonly clientTokenLifetimeMs?: number;
  /** JSON type of Priority in DescribeSecurityGroupAttribute. Default string. */
  readonly priorityFormat?: 'string' | 'number';
  /** Whether the host bits of an IPv4 block survive, as those of IPv6 do. Default keep. */
  readonly ipv4HostBits?: 'keep' | 'mask';
  /** How a single address is returned: as it was sent, or with /32 or /128. Default as-sent. */
  readonly singleAddress?: 'as-sent' | 'with-prefix-length';
  /** Whether rules that differ in nothing but Priority are two rules. Default true. */
  readonly priorityIsIdentity?: boolean;
  /** Which rules an omitted Priority means in Revoke and Modify: those of 1, or any. Default default-priority. */
  readonly omittedPriority?: 'default-priority' | 'any-priority';
  /** What a repeated Authorize does to the description of the rule. Default keep. */
  readonly repeatedAuthorize?: 'keep-description' | 'update-description';
  /** What a Permissions entry of Revoke does when it matches no rule. Default succeed. */
  readonly revokeWithoutMatch?: 'succeed' | 'refuse';
  /** Whether an advanced group takes an explicit Policy=accept. Default allow. */
  readonly advancedGroupAccept?: 'allow' | 'refuse';
  /** NicType=internet in a group of a VPC: refused, or taken as intranet. Default refuse. */
  readonly internetNicInVpc?: 'refuse' | 'intranet';
  /** A group of another account in another VPC as authorization object. Default refuse. */
  readonly crossAccountVpc?: 'refuse' | 'allow';
  /** Answers InternalError instead of running the action when it returns true. Default never. */
  readonly internalErrors?: (action: string) => boolean;
}

/** The options with every default filled in. */
export type Settings = Required<EcsOptions>;

/** Fills in the defaults. */
export function settingsOf(options: EcsOptions): Settings {
  return {
    accountNames: {},
    rulesPerGroup: 200,
    groupRulesPerGroup: 20,
    groupsPerRegion: 100_000,
    prefixListsPerRegion: 100,
    prefixListAssociations: 1000,
    batchAtomicity: 'all-or-nothing',
    readLagMs: 0,
    clientTokenLifetimeMs: 24 * 60 * 60 * 1000,
    priorityFormat: 'string',
    ipv4HostBits: 'keep',
    singleAddress: 'as-sent',
    priorityIsIdentity: true,
    omittedPriority: 'default-priority',
    repeatedAuthorize: 'keep-description',
    revokeWithoutMatch: 'succeed',
    advancedGroupAccept: 'allow',
    internetNicInVpc: 'refuse',
    crossAccountVpc: 'refuse',
    internalErrors: () => false,
    ...options,
  };
}
