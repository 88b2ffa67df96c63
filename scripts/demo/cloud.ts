import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type LocalCloud, startLocalCloud } from '../../local-cloud';
import { createFunctionCompute, type FunctionCompute } from '../../local-cloud/function-compute';
import { createOssStore, type RecordStore } from '../../shared/evidence';
import { definitionsFor, functionRole, RECORD_BUCKET } from '../local-deployment';
import type { DemoInventory } from './inventory';

const PROJECT = join(__dirname, '..', '..');
const REGION = 'cn-hangzhou';

/** The cloud of the demo, with the functions of template.yml deployed in it. */
export interface DemoCloud {
  readonly cloud: LocalCloud;
  readonly functions: FunctionCompute;
  /** What the functions logged, line by line. */
  readonly logs: readonly string[];
  /** The bucket that the functions write their records to. */
  readonly records: RecordStore;
  readonly webhookUrl: string;
  readonly webhookSecret: string;
  /** How long ActionTrail takes to deliver an event, from now on. */
  delayEvents(milliseconds: number): void;
  /** Resolves when no event is on its way and no function at work. */
  settled(): Promise<void>;
}

/** Starts the cloud. Its functions run with the RAM policy that they ship with. */
export async function startDemoCloud(
  { regions }: DemoInventory,
  builtFunctions: string,
): Promise<DemoCloud> {
  const logs: string[] = [];
  const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`;
  const accountId = '1000000000000001';
  let eventDelay = 0;
  let functions: FunctionCompute | undefined;
  const cloud = await startLocalCloud({
    accountId,
    inventory: regions,
    latency: 2,
    roles: [await functionRole(accountId)],
    buckets: [{ name: RECORD_BUCKET, regionId: REGION }],
    actionTrail: { delayMs: () => eventDelay },
    functionCompute: async (context) => {
      functions = createFunctionCompute({
        ...context,
        regionId: REGION,
        // Every repair comes back as an event: a laptop need not hold the hundred instances of an account.
        maxInstances: 8,
        functions: await definitionsFor({
          template: join(PROJECT, 'template.yml'),
          accountId,
          endpoint: context.endpoint,
          webhookSecret,
          builtFunctions,
        }),
        onLog: (line) => logs.push(line),
      });
      return functions;
    },
  });
  if (!functions) throw new Error('the local cloud started without Function Compute');
  const running = functions;
  return {
    cloud,
    functions: running,
    logs,
    records: createOssStore({
      bucket: RECORD_BUCKET,
      region: REGION,
      endpoint: cloud.endpoint,
      credentials: async () => cloud,
    }),
    webhookUrl: `${cloud.endpoint}${running.httpUrl('palisade-webhook')}`,
    webhookSecret,
    delayEvents(milliseconds) {
      eventDelay = milliseconds;
    },
    async settled() {
      let handled = -1;
      while (handled !== running.invocations.length) {
        handled = running.invocations.length;
        await cloud.actionTrail.idle();
        await running.idle();
      }
    },
  };
}
