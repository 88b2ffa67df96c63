import { closeSync, openSync, writeSync } from 'node:fs';

/** One ECS or STS call, as the local cloud saw it. Holds no signature, token or secret. */
export interface CallRecord {
  /** When the call arrived, ISO 8601 in UTC, by the local cloud's clock. */
  readonly at: string;
  readonly requestId: string;
  /** Such as `Ecs`; absent when the request named no API the local cloud has. */
  readonly product?: string;
  readonly action: string;
  readonly region?: string;
  readonly accountId?: string;
  /** Name of the caller, `role:session` for an assumed role; absent when the signature was refused. */
  readonly principal?: string;
  /** Request parameters without the common ones. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly clientToken?: string;
  /** HTTP status of the answer; absent when an injected fault left the call unanswered. */
  readonly status?: number;
  /** Error code of the answer. */
  readonly code?: string;
  /** Kind of the injected fault. */
  readonly fault?: string;
  readonly durationMs: number;
  /** Whether the action is one that changes something. */
  readonly write: boolean;
  /** Whether a write was carried out or, for a repeated ClientToken, answered with its first result. */
  readonly effect: boolean;
}

/** The calls in the order in which they were answered. */
export interface CallLog {
  /** The calls so far; calls to come do not change what was returned. */
  all(): readonly CallRecord[];
  append(record: CallRecord): void;
  clear(): void;
  /** Closes the file, if there is one. */
  close(): void;
}

/**
 * @param file appended to, one JSON object a line, each written before the call is answered
 * @throws Error of node:fs when the file cannot be opened for appending
 */
export function createCallLog(file?: string): CallLog {
  const records: CallRecord[] = [];
  let descriptor = file === undefined ? undefined : openSync(file, 'a');
  return {
    all: () => [...records],
    append(record) {
      records.push(record);
      if (descriptor !== undefined) writeSync(descriptor, `${JSON.stringify(record)}\n`);
    },
    clear() {
      records.length = 0;
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

/** Whether an action changes something, which its name tells. */
export function isWrite(action: string): boolean {
  return !/^(Describe|List|Get|Assume)/.test(action);
}
