/*
 * Stands in for shared/ecs and shared/evidence where a function's invocation is prepared, in the bundle of
 * the benchmark alone: the same client and store, with a note of when each call began and ended.
 */
import { performance } from 'node:perf_hooks';
import { createEcsClient as createClient, type EcsClientOptions } from '../../shared/ecs';
import { openRecordStore as openStore } from '../../shared/evidence';
import type { FunctionContext } from '../../shared/runtime';
import type { Span } from './call-times';

export { RecordStoreError } from '../../shared/evidence';

/** A call as the function's code saw it; milliseconds since the function was called. */
export interface Wait extends Span {
  readonly port: 'ecs' | 'store';
  readonly method: string;
}

/** What a watched function logs last of all in every invocation. */
export interface Watched {
  readonly waits: readonly Wait[];
  /** How long the function took, in milliseconds. */
  readonly duration: number;
  /** How long its thread was at work meanwhile: its code, the SDKs and Node.js. */
  readonly busy: number;
}

type Handler = (event: Uint8Array, context: FunctionContext) => Promise<string>;

let waits: Wait[] = [];
let start = 0;

/** The handler, with a last line in its log that holds what it waited for. One invocation at a time. */
export function watched(handler: Handler): Handler {
  return async (event, context) => {
    waits = [];
    start = performance.now();
    const before = performance.eventLoopUtilization();
    const answer = await handler(event, context);
    const duration = performance.now() - start;
    const { active: busy } = performance.eventLoopUtilization(before);
    const line: Watched = { waits, duration, busy };
    process.stdout.write(`${JSON.stringify(line)}\n`);
    return answer;
  };
}

/** createEcsClient of shared/ecs. */
export const createEcsClient = (options: EcsClientOptions) => watch('ecs', createClient(options));

/** openRecordStore of shared/evidence. */
export const openRecordStore: typeof openStore = (...given) => watch('store', openStore(...given));

function watch<Port extends object>(port: Wait['port'], calls: Port): Port {
  return new Proxy(calls, {
    get(target, method) {
      const call: unknown = Reflect.get(target, method);
      if (typeof call !== 'function') return call;
      return async (...given: unknown[]) => {
        const began = performance.now();
        try {
          return await call.apply(target, given);
        } finally {
          const end = performance.now() - start;
          waits.push({ port, method: String(method), start: began - start, end });
        }
      };
    },
  });
}
