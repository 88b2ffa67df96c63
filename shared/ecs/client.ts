import { setTimeout as wait } from 'node:timers/promises';
import type {
  AccountId,
  Place,
  RegionId,
  SecurityGroupId,
  SecurityGroupSummary,
} from '../security-group';
import { type PrefixList, requiredText, type SecurityGroupRules } from './answers';
import { type CallReport, makeCall } from './call';
import { parseEndpoint } from './endpoint';
import { createRateLimiter } from './rate';
import {
  describeRegions,
  type ListKind,
  listGroupsThatName,
  listSecurityGroups,
  type ReadSettings,
  readPortRangeList,
  readPrefixList,
  readSecurityGroup,
} from './reads';
import type { CredentialsProvider } from './sdk';
import type { WriteCall } from './write-call';

/** How a client reaches ECS. */
export interface EcsClientOptions {
  readonly regionId: RegionId;
  /** Whose credentials they are, unless those that Palisade runs with: groups and errors name it. */
  readonly accountId?: AccountId | undefined;
  readonly credentials: CredentialsProvider;
  /**
   * `host`, `host:port` or a URL. `http://`, or a loopback host without a scheme, means plain
   * HTTP, everything else HTTPS. Default: the region's public endpoint, as the SDK knows it.
   */
  readonly endpoint?: string;
  /** Milliseconds since 1970. Default: Date.now. */
  readonly now?: () => number;
  /** From 0 to under 1. Default: Math.random. */
  readonly random?: () => number;
  /** Resolves after so many milliseconds. Default: a timer. */
  readonly sleep?: (milliseconds: number) => Promise<void>;
  /** How long to wait for the answer to a read. Default: 10,000. */
  readonly readTimeoutMs?: number;
  /** How long to wait for the answer to a write. Default: 30,000. */
  readonly writeTimeoutMs?: number;
  /**
   * Most attempts at one call, the first included. Default: 6, and those that are throttled do not count: they
   * are repeated for two minutes.
   */
  readonly maxAttempts?: number;
  /** Most calls of each API action in any second. Default: what ECS turns out to allow. */
  readonly callsPerSecond?: number;
  /** Milliseconds since 1970 after which nothing is sent and no answer is awaited. Default: never. */
  readonly deadline?: number;
  /** Told of every attempt as it ends. */
  readonly onCall?: (call: CallReport) => void;
}

/** The proof that a write was accepted. */
export interface WriteReceipt {
  readonly requestId: string;
  /** How often the call was sent. */
  readonly attempts: number;
}

/**
 * ECS in one region, as far as Palisade needs it. A read is complete or throws. Failed calls throw
 * EcsError.
 */
export interface EcsClient {
  /** The regions that the account can use. */
  describeRegions(): Promise<RegionId[]>;
  /** The region's groups, or those of them that the filter names. */
  listSecurityGroups(filter?: {
    readonly securityGroupIds?: readonly string[];
  }): Promise<SecurityGroupSummary[]>;
  /** One group's rules in both directions; with `network` in fewer calls, where it is known to be classic. */
  readSecurityGroup(id: SecurityGroupId, network?: 'classic'): Promise<SecurityGroupRules>;
  /** A prefix list's CIDR blocks, and how many it has room for. */
  readPrefixList(id: string): Promise<PrefixList>;
  /** The ranges of a port list, each `first/last`. */
  readPortRangeList(id: string): Promise<string[]>;
  /** The groups with rules that name a list. */
  listGroupsThatName(kind: ListKind, id: string): Promise<SecurityGroupId[]>;
  /**
   * Sends a prepared write with this ClientToken, the same in every attempt. Throws RangeError if the
   * token is not 1 to 64 printable ASCII characters, TypeError if the action does not know a parameter.
   */
  execute(call: WriteCall, clientToken: string): Promise<WriteReceipt>;
}

/** Gives the client for a place. */
export type EcsClients = (place: Place) => EcsClient;

/**
 * Makes a client; it needs no closing. All who call the same account and region share one, because it finds
 * out how many calls ECS allows. Throws RangeError for a malformed endpoint.
 */
export function createEcsClient(options: EcsClientOptions): EcsClient {
  const { regionId, writeTimeoutMs = 30_000 } = options;
  const pacing = {
    now: options.now ?? Date.now,
    random: options.random ?? Math.random,
    sleep: options.sleep ?? wait,
    deadline: options.deadline ?? Number.POSITIVE_INFINITY,
    ...(options.callsPerSecond === undefined ? {} : { callsPerSecond: options.callsPerSecond }),
  };
  const settings: ReadSettings = {
    ...pacing,
    limiter: createRateLimiter(pacing),
    regionId,
    accountId: options.accountId,
    endpoint: parseEndpoint(regionId, options.endpoint),
    credentials: options.credentials,
    readTimeoutMs: options.readTimeoutMs ?? 10_000,
    maxAttempts: options.maxAttempts ?? 6,
    maxThrottledAttempts: options.maxAttempts ?? Number.POSITIVE_INFINITY,
    onCall: options.onCall ?? (() => {}),
  };
  return {
    describeRegions: () => describeRegions(settings),
    listSecurityGroups: (filter) => listSecurityGroups(settings, filter?.securityGroupIds),
    readSecurityGroup: (id, network) => readSecurityGroup(settings, id, network),
    readPrefixList: (id) => readPrefixList(settings, id),
    readPortRangeList: (id) => readPortRangeList(settings, id),
    listGroupsThatName: (kind, id) => listGroupsThatName(settings, kind, id),
    async execute(call, clientToken) {
      if (!/^[\x21-\x7e]{1,64}$/.test(clientToken)) {
        throw new RangeError(
          `the ClientToken of ${call.action} is not 1 to 64 printable ASCII characters: make it with clientToken()`,
        );
      }
      const { answer, attempts } = await makeCall(settings, {
        action: call.action,
        parameters: { ...call.parameters, ClientToken: clientToken },
        subject: call.securityGroupId,
        write: true,
        timeoutMs: writeTimeoutMs,
        read: (fields) => requiredText(fields, 'RequestId'),
      });
      return { requestId: answer, attempts };
    },
  };
}
