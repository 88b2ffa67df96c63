import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import EcsClient from '@alicloud/ecs20140526';
import { Config } from '@alicloud/openapi-client';
import { startLocalCloud } from '../../local-cloud';
import { createFunctionCompute, type FunctionCompute } from '../../local-cloud/function-compute';
import { definitionsFor, functionRole, RECORD_BUCKET } from '../local-deployment';
import type { Span } from './call-times';
import { REGION } from './event-groups';
import type { HandlerName } from './event-handlers';
import type { Watched } from './watched-calls';

const PROJECT = join(__dirname, '..', '..');
const FUNCTION_NAME = 'palisade-actiontrail';

/** A handler that answers events, and where it keeps records. */
export interface Variant {
  readonly name: string;
  readonly handler: HandlerName;
  readonly store: 'folder' | 'oss';
}

/** How long calls wait before they take effect, in milliseconds. */
export interface Latency {
  readonly ecs: number;
  readonly oss: number;
}

/** A call as the local cloud saw it. */
export interface TimedCall extends Span {
  readonly product: string;
  readonly action: string;
  readonly write: boolean;
}

/** What the answer to one event took; times are milliseconds since its delivery. */
export interface Answered {
  /** In the order of their beginning. */
  readonly calls: readonly TimedCall[];
  readonly end: number;
  /** The same as the function saw it. */
  readonly watched: Watched;
}

/** A cloud with one handler, whose events wait until they are asked for. */
export interface EventStage {
  /** ECS for another principal than the function. */
  readonly person: EcsClient;
  /** Delivers the oldest event that waits and watches until it has been answered. */
  deliver(): Promise<Answered>;
  /** Events that wait for their delivery. */
  waiting(): Promise<number>;
  close(): Promise<void>;
}

/** Starts a cloud with one variant's handler, which buildHandlers has put into `folder`. */
export async function startStage(
  variant: Variant,
  latency: Latency,
  inventory: unknown,
  folder: string,
): Promise<EventStage> {
  const accountId = '1000000000000001';
  const clock = () => performance.timeOrigin + performance.now();
  const held: (() => Promise<void>)[] = [];
  const arrivals = new Map<string, number>();
  let lastLine = '';
  let functions: FunctionCompute | undefined;
  const cloud = await startLocalCloud({
    accountId,
    inventory,
    roles: [await functionRole(accountId)],
    buckets: [{ name: RECORD_BUCKET, regionId: REGION }],
    now: clock,
    latency: (action) => (/Object/.test(action) ? latency.oss : latency.ecs),
    fault({ requestId }) {
      arrivals.set(requestId, clock());
      return undefined;
    },
    functionCompute: async (context) => {
      const definitions = await definitionsFor({
        template: join(PROJECT, 'template.yml'),
        accountId,
        endpoint: context.endpoint,
        ...(variant.store === 'folder'
          ? { records: join(folder, `records-${variant.handler}`) }
          : {}),
      });
      const running = createFunctionCompute({
        ...context,
        regionId: REGION,
        functions: definitions
          .filter(({ functionName }) => functionName === FUNCTION_NAME)
          .map((definition) => ({
            ...definition,
            codeDirectory: join(folder, variant.handler),
            maxAsyncRetryAttempts: 0,
            environment: { ...definition.environment, PALISADE_REGIONS: REGION },
          })),
        onLog(line) {
          lastLine = line;
        },
      });
      functions = running;
      const eventTriggers = running.eventTriggers.map((trigger) => ({
        ...trigger,
        async deliver(event: Buffer) {
          held.push(() => trigger.deliver(event));
        },
      }));
      return { ...running, eventTriggers };
    },
  });
  const running = functions;
  if (!running) throw new Error('the local cloud started without Function Compute');
  const key = cloud.credentials.addUser({ accountId, userName: 'somebody' });

  return {
    person: new EcsClient(
      new Config({ ...key, endpoint: cloud.host, protocol: 'HTTP', regionId: REGION }),
    ),

    async deliver() {
      const deliver = held.shift();
      if (!deliver) throw new Error('no event waits: change a group before an event is delivered');
      cloud.calls.clear();
      arrivals.clear();
      const start = clock();
      await deliver();
      await running.idle();
      const end = clock() - start;
      const last = running.invocations.at(-1);
      if (last?.status !== 'Succeeded') {
        throw new Error(`${variant.name} failed: ${last?.errorMessage ?? 'it was not invoked'}`);
      }
      const watched = JSON.parse(lastLine) as Watched;
      const calls = cloud.calls
        .all()
        .map(({ requestId, product = '', action, write, durationMs }) => {
          const arrived = (arrivals.get(requestId) ?? Number.NaN) - start;
          return { product, action, write, start: arrived, end: arrived + durationMs };
        });
      return { calls: calls.sort((one, other) => one.start - other.start), end, watched };
    },

    async waiting() {
      await cloud.actionTrail.idle();
      return held.length;
    },

    close: () => cloud.close(),
  };
}
