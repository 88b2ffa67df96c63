import type { ThrottleOptions } from '../../../local-cloud';
import type { EstatePart } from './groups';

/** What a cloud in a process of its own is started with. */
export interface CloudOptions {
  readonly estate: readonly EstatePart[];
  readonly throttle?: ThrottleOptions;
  /** Milliseconds before a call of ECS takes effect; 0 by default. OSS answers at once. */
  readonly latencyMs?: number;
}

/** How to reach a cloud in another process. */
export interface CloudAccess {
  readonly accountId: string;
  readonly endpoint: string;
  /** Of a session of the functions' role, with the RAM policy that ships. */
  readonly credentials: {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken: string;
  };
}

/** Calls since they were asked for last, by `PRODUCT ACTION`, with ` CODE` behind it where one was refused. */
export type CallCounts = Readonly<Record<string, number>>;

/** A cloud in a process of its own, so that what it costs is not counted as the product's. */
export interface CloudProcess {
  readonly access: CloudAccess;
  /** Calls since this was asked last. */
  calls(): Promise<CallCounts>;
  close(): Promise<void>;
}

/** What the process of a cloud is sent; it answers each message with one. */
export type CloudRequest =
  | { readonly kind: 'start'; readonly options: CloudOptions }
  | { readonly kind: 'calls' };
export type CloudAnswer =
  | { readonly kind: 'started'; readonly access: CloudAccess }
  | { readonly kind: 'calls'; readonly counts: CallCounts }
  | { readonly kind: 'failed'; readonly message: string };
