import type { ActionTrailOptions, EventRule } from './actiontrail';
import type { EcsOptions } from './ecs';
import type { AccessKey, RoleDefinition } from './sts';
import type { FaultHook, ThrottleOptions, WireRequest, WireResponse } from './wire';

/** The Function Compute that the local cloud serves next to ECS and STS. */
export interface FunctionCompute {
  /**
   * Answers every request whose path begins with /2016-08-15/, /2023-03-30/ or /local-cloud/http/, or
   * whose host ends with .fcapp.run.
   */
  handle(request: WireRequest): Promise<WireResponse>;
  /** The enabled EventBridge triggers of its functions, which get the events of ActionTrail. */
  readonly eventTriggers?: readonly EventRule[];
  /** Stops what it runs; called once, before the HTTP server is gone. */
  close(): Promise<void>;
}

/** What a Function Compute gets to work with. */
export interface FunctionComputeContext {
  readonly accountId: string;
  /** Where functions reach ECS and STS, such as `http://127.0.0.1:8080`. */
  readonly endpoint: string;
  readonly now: () => number;
  /** The secret of an access key, and its token if it is temporary; undefined if it is not good now. */
  readonly secretOf: (
    accessKeyId: string,
  ) => { readonly secret: string; readonly securityToken?: string } | undefined;
  /** Mints credentials of a role of this account, with which a function calls ECS and STS. */
  readonly roleCredentials: (
    roleName: string,
    sessionName: string,
  ) => AccessKey & {
    readonly securityToken: string;
    /** ISO 8601. */
    readonly expiration: string;
  };
  /**
   * Asks whether the policies of whoever holds the access key allow an action, such as
   * `fc:InvokeFunction`, on a resource. Throws the ApiError that refuses it.
   */
  readonly authorize: (accessKeyId: string, action: string, resource: string) => void;
}

export interface LocalCloudOptions {
  /** TCP port on 127.0.0.1; 0, the default, takes any free one. */
  readonly port?: number;
  /** Account of the user below, 16 digits; random by default. */
  readonly accountId?: string;
  /** RAM user that the access key belongs to; `palisade` by default. */
  readonly userName?: string;
  /** Random by default. */
  readonly accessKeyId?: string;
  /** Random by default. */
  readonly accessKeySecret?: string;
  /** Roles that exist, what they may do, and who may assume them. In an account without any, every role name can be assumed. */
  readonly roles?: readonly RoleDefinition[];

  /** Behavior of ECS. */
  readonly ecs?: Omit<EcsOptions, 'accountId' | 'random'>;
  /** Groups, rules and lists to start from: parsed JSON in the shape that EcsService.loadInventory takes. */
  readonly inventory?: unknown;
  /** Buckets of OSS that exist, empty; the region is cn-hangzhou by default. None by default. */
  readonly buckets?: readonly { readonly name: string; readonly regionId?: string }[];
  /** Makes the Function Compute, once the server listens; without it, its paths are not found. */
  readonly functionCompute?: (
    context: FunctionComputeContext,
  ) => FunctionCompute | Promise<FunctionCompute>;

  /** How ECS writes come out as events, and how these are delivered; at once and once by default. */
  readonly actionTrail?: ActionTrailOptions;

  /** Longest request target in bytes before the answer is 414; about 1 MiB by default. */
  readonly maxUrlLength?: number;
  /** Limits on ECS and STS calls; none by default. */
  readonly throttle?: ThrottleOptions;
  /** Milliseconds an ECS, STS or OSS call waits before it takes effect; 0 by default. */
  readonly latency?: number | ((action: string) => number);
  /** Chooses failures to inject into ECS, STS and OSS calls; none by default. */
  readonly fault?: FaultHook;
  /** File to which ECS, STS and OSS calls are appended as JSON lines. */
  readonly callLogFile?: string;

  /** Clock in milliseconds since 1970; the system's by default. */
  readonly now?: () => number;
  /** Random numbers, at least 0 and less than 1; of cryptographic quality by default. */
  readonly random?: () => number;
  /** Told about defects of the local cloud itself; written to stderr by default. */
  readonly onUnexpectedError?: (error: unknown) => void;
}
