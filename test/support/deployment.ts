import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CallRecord,
  type FaultHook,
  type LocalCloud,
  type LocalCloudOptions,
  startLocalCloud,
} from '../../local-cloud';
import {
  createFunctionCompute,
  type FunctionCompute,
  type FunctionDefinition,
  type InvocationRecord,
} from '../../local-cloud/function-compute';
import { functionRole, RECORD_BUCKET } from '../../scripts/local-deployment';
import type { Bundles } from './bundles';
import type { Inventory } from './inventory';

/** How the functions are deployed, and into what cloud. */
export interface DeploymentOptions {
  readonly bundles: Bundles;
  /** Functions live in a service in FC 2.0. Default: fc3. */
  readonly generation?: 'fc2' | 'fc3';
  readonly inventory?: readonly Inventory[];
  /** More environment variables, or `undefined` for one that is not set. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly cloud?: Omit<LocalCloudOptions, 'inventory' | 'fault' | 'functionCompute'>;
  readonly enforce?: Partial<FunctionDefinition>;
  readonly webhook?: Partial<FunctionDefinition>;
  /** Whether the sweep is told of shards that failed for good. Default: yes. */
  readonly destination?: boolean;
  readonly withoutRole?: boolean;
  /** Instances of all functions together; 100 by default. */
  readonly maxInstances?: number;
  /** Secret that requests to the webhook are signed with. Default: none, so that every one is refused. */
  readonly webhookSecret?: string;
  /** Whether ActionTrail's events reach the actiontrail function. Default: no. */
  readonly events?: boolean;
  /** Where records are kept. Default: a temporary folder. */
  readonly store?: 'folder' | 'oss';
}

/** A local cloud with the functions deployed. */
export interface Deployment {
  readonly cloud: LocalCloud;
  readonly functionCompute: FunctionCompute;
  readonly sweepName: string;
  readonly enforceName: string;
  readonly actiontrailName: string;
  readonly webhookName: string;
  /** URL of the webhook. */
  readonly webhookUrl: string;
  readonly recordFolder: string;
  readonly logLines: readonly string[];
  /** Log lines with a message, once there are so many: output arrives a little after the result. */
  logged(message: string, count: number): Promise<Readonly<Record<string, unknown>>[]>;
  /** Faults are injected while this is set. */
  fault: FaultHook | undefined;
  /** Fires the timer and waits until nothing is under way. Gives the attempts that this led to. */
  sweep(at?: number): Promise<InvocationRecord[]>;
  /** Waits until no event is on its way and no invocation under way. */
  settled(): Promise<void>;
  /** Writes in the call log so far, answered or not. */
  writes(): CallRecord[];
  /** Records by key, in the order of keys. */
  records(): Promise<Map<string, string>>;
  /** Every secret and token that was ever sent or handed out. */
  readonly secrets: ReadonlySet<string>;
  close(): Promise<void>;
}

/** When timers fire unless a test says otherwise. */
const SOME_TIME = Date.parse('2026-03-01T04:00:00Z');

/** Starts a cloud, deploys the functions to it, and keeps their logs and records. */
export async function deploy(options: DeploymentOptions): Promise<Deployment> {
  const { bundles, generation = 'fc3', inventory = [], store = 'folder' } = options;
  const recordFolder = await mkdtemp(join(tmpdir(), 'palisade-records-'));
  const logLines: string[] = [];
  const secrets = new Set<string>();
  const failures: unknown[] = [];
  let functionCompute: FunctionCompute | undefined;
  const holder: { fault: FaultHook | undefined } = { fault: undefined };
  const service = generation === 'fc2' ? { serviceName: 'palisade' } : {};

  const accountId = '1234567890123456';
  const cloud = await startLocalCloud({
    accountId,
    roles: [await functionRole(accountId)],
    buckets: [{ name: RECORD_BUCKET }],
    ...options.cloud,
    inventory,
    fault: (call) => holder.fault?.(call),
    onUnexpectedError: (error) => failures.push(error),
    functionCompute: (context) => {
      const environment = Object.fromEntries(
        Object.entries({
          PALISADE_REGIONS: [...new Set(inventory.map((region) => region.RegionId))].join(','),
          PALISADE_RECORDS: store === 'oss' ? `oss://${RECORD_BUCKET}` : recordFolder,
          PALISADE_OSS_ENDPOINT: context.endpoint,
          PALISADE_ROLE: `acs:ram::${context.accountId}:role/palisade`,
          PALISADE_WEBHOOK_SECRETS: options.webhookSecret,
          PALISADE_ECS_ENDPOINT: context.endpoint,
          PALISADE_STS_ENDPOINT: context.endpoint,
          PALISADE_FC_ENDPOINT: context.endpoint,
          PALISADE_LOG_LEVEL: 'debug',
          // Nothing here limits calls unless a test says so.
          PALISADE_CALLS_PER_SECOND: '10000',
          ...(generation === 'fc2' ? { PALISADE_FC_SERVICE: 'palisade' } : {}),
          ...options.environment,
        }).filter((entry): entry is [string, string] => entry[1] !== undefined),
      );
      const common = {
        ...service,
        handler: 'index.handler',
        runtime: 'nodejs20',
        timeoutSeconds: 60,
        memoryMegabytes: 512,
        environment,
        ...(options.withoutRole ? {} : { role: `acs:ram::${context.accountId}:role/palisade` }),
      };
      const sweepArn = `acs:fc:cn-hangzhou:${context.accountId}:${generation === 'fc2' ? 'services/palisade/' : ''}functions/palisade-sweep`;
      functionCompute = createFunctionCompute({
        ...context,
        roleCredentials: (...role) => {
          const credentials = context.roleCredentials(...role);
          secrets.add(credentials.accessKeySecret).add(credentials.securityToken);
          return credentials;
        },
        regionId: 'cn-hangzhou',
        asyncRetryDelayMs: 10,
        ...(options.maxInstances === undefined ? {} : { maxInstances: options.maxInstances }),
        onLog: (line) => logLines.push(line),
        functions: [
          {
            ...common,
            functionName: 'palisade-sweep',
            codeDirectory: bundles.sweep,
            timers: [
              { triggerName: 'daily', cronExpression: '@every 60m', payload: '', enable: true },
            ],
          },
          {
            ...common,
            functionName: 'palisade-enforce',
            codeDirectory: bundles.enforce,
            ...(options.destination === false ? {} : { onFailure: sweepArn }),
            ...options.enforce,
          },
          {
            ...common,
            functionName: 'palisade-actiontrail',
            codeDirectory: bundles.actiontrail,
            eventTriggers: [
              {
                triggerName: 'changes',
                enable: options.events ?? false,
                filterPattern: { data: { serviceName: ['Ecs'] } },
              },
            ],
          },
          {
            ...common,
            functionName: 'palisade-webhook',
            codeDirectory: bundles.webhook,
            httpTrigger: { triggerName: 'requests', authType: 'anonymous', methods: ['POST'] },
            ...options.webhook,
          },
        ],
      });
      return functionCompute;
    },
  });
  if (!functionCompute) throw new Error('the local cloud made no Function Compute');
  const running = functionCompute;
  const prefix = generation === 'fc2' ? 'palisade/' : '';
  secrets.add(cloud.accessKeySecret);

  return Object.assign(holder, {
    cloud,
    functionCompute: running,
    sweepName: `${prefix}palisade-sweep`,
    enforceName: `${prefix}palisade-enforce`,
    actiontrailName: `${prefix}palisade-actiontrail`,
    webhookName: `${prefix}palisade-webhook`,
    webhookUrl: `${cloud.endpoint}${running.httpUrl(`${prefix}palisade-webhook`)}`,
    recordFolder,
    logLines,
    secrets,
    async sweep(at = SOME_TIME) {
      const before = running.invocations.length;
      await running.fireTimer(`${prefix}palisade-sweep`, 'daily', at);
      await running.idle();
      return running.invocations.slice(before);
    },
    async settled() {
      let handled = -1;
      // The functions' own writes come out as events as well.
      while (handled !== running.invocations.length) {
        handled = running.invocations.length;
        await cloud.actionTrail.idle();
        await running.idle();
      }
    },
    async logged(message: string, count: number) {
      for (;;) {
        const lines = logLines.map((line) => JSON.parse(line) as Record<string, unknown>);
        const found = lines.filter((line) => line.msg === message);
        if (found.length >= count) return found;
        await sleep(5);
      }
    },
    writes: () => cloud.calls.all().filter((call) => call.write && call.product === 'Ecs'),
    async records() {
      if (store === 'oss') {
        const objects = [...cloud.oss.objects(RECORD_BUCKET)].map(
          ([key, content]): [string, string] => [key, content.toString('utf8')],
        );
        return new Map(objects.sort(([one], [other]) => (one < other ? -1 : 1)));
      }
      const entries = await readdir(recordFolder, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
      const contents = await Promise.all(
        files.map(async ({ parentPath, name }): Promise<[string, string]> => {
          const path = join(parentPath, name);
          return [path.slice(recordFolder.length + 1), await readFile(path, 'utf8')];
        }),
      );
      return new Map(contents.sort(([one], [other]) => (one < other ? -1 : 1)));
    },
    async close() {
      await cloud.close();
      await rm(recordFolder, { recursive: true });
      if (failures.length > 0) throw failures[0];
    },
  });
}

/** Deploys, acts on the deployment, and clears it away. */
export async function onDeployment(
  options: DeploymentOptions,
  action: (deployment: Deployment) => Promise<void>,
): Promise<void> {
  const deployment = await deploy(options);
  try {
    await action(deployment);
  } finally {
    await deployment.close();
  }
}

/** What tests look at in the record of what came of a shard. */
export interface OutcomeRecord {
  readonly runId: string;
  readonly part: string;
  readonly heldBack: readonly string[];
  readonly totals: Readonly<Record<string, number>>;
}

/** The outcome records so far, in the order of their keys. */
export async function outcomesOf(deployment: Deployment): Promise<OutcomeRecord[]> {
  const records = await deployment.records();
  return [...records]
    .filter(([key]) => key.endsWith('.outcome.json'))
    .map(([, content]) => JSON.parse(content) as OutcomeRecord);
}
