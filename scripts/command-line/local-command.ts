import { randomBytes, randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startLocalCloud } from '../../local-cloud';
import { createFunctionCompute, type FunctionDefinition } from '../../local-cloud/function-compute';
import { parseAccountId } from '../../shared/security-group';
import { readTrouble, writeTrouble } from '../file-trouble';
import {
  definitionsFor,
  functionRole,
  type LocalDeployment,
  RECORD_BUCKET,
} from '../local-deployment';
import { toldToStop } from './told-to-stop';

const PROJECT = join(__dirname, '..', '..');

/** Options of `local`. */
export interface LocalOptions {
  readonly port: number;
  /** Id of the account; absent: a random one. */
  readonly account?: string;
  readonly inventory: readonly string[];
  readonly template?: string;
  /** Whether timers and ActionTrail's events start the functions. */
  readonly triggers: boolean;
  readonly throttle?: number;
  readonly latency?: number;
  readonly readLag?: number;
  readonly ruleQuota?: number;
  readonly maxUrlLength?: number;
  readonly callLog?: string;
}

/** Serves the local cloud until the process is told to stop, after one line of JSON that says where. */
export async function serveLocalCloud(options: LocalOptions): Promise<void> {
  const inventory = (await Promise.all(options.inventory.map(readInventory))).flat();
  const accountId = options.account
    ? parseAccountId(options.account)
    : String(randomInt(1e15, 1e15 + 2 ** 47));
  const webhookSecret =
    process.env.PALISADE_WEBHOOK_SECRETS ?? `whsec_${randomBytes(32).toString('base64')}`;
  // Of this account alone: limits that another one has used up are none of its business.
  const records = resolve('out', 'local', accountId);
  let webhookPath: string | undefined;
  const cloud = await startLocalCloud({
    accountId,
    port: options.port,
    inventory,
    roles: [await functionRole(accountId)],
    buckets: [{ name: RECORD_BUCKET }],
    ecs: {
      ...(options.ruleQuota === undefined ? {} : { rulesPerGroup: options.ruleQuota }),
      ...(options.readLag === undefined ? {} : { readLagMs: options.readLag }),
    },
    ...(options.throttle === undefined ? {} : { throttle: { everyAction: options.throttle } }),
    ...(options.latency === undefined ? {} : { latency: options.latency }),
    ...(options.maxUrlLength === undefined ? {} : { maxUrlLength: options.maxUrlLength }),
    ...(options.callLog === undefined ? {} : { callLogFile: options.callLog }),
    functionCompute: async ({ endpoint, ...context }) => {
      const definitions = await readDefinitions(options, {
        accountId,
        endpoint,
        records,
        webhookSecret,
      });
      const functionCompute = createFunctionCompute({
        ...context,
        regionId: 'cn-hangzhou',
        maxInstances: 16,
        runTimers: options.triggers,
        functions: definitions,
        onLog: (line) => process.stderr.write(`${line}\n`),
      });
      const webhook = definitions.find(({ httpTrigger }) => httpTrigger !== undefined);
      webhookPath = webhook && functionCompute.httpUrl(webhook.functionName);
      return functionCompute;
    },
  }).catch((error: NodeJS.ErrnoException) => {
    throw startTrouble(error, options);
  });
  // Before the line is printed: whoever reads it may send a signal at once.
  const told = toldToStop();
  const { endpoint, host, accessKeyId, accessKeySecret, regionIds } = cloud;
  const address = { endpoint, host };
  console.log(
    JSON.stringify({
      ecs: address,
      sts: address,
      oss: address,
      fc: address,
      ...(webhookPath === undefined
        ? {}
        : { webhook: { url: `${endpoint}${webhookPath}`, secret: webhookSecret } }),
      accessKeyId,
      accessKeySecret,
      accountId,
      regionIds,
      records,
    }),
  );
  await told;
  await cloud.close();
}

/** Why it could not start, and what to do. */
function startTrouble(error: NodeJS.ErrnoException, { port, callLog }: LocalOptions): Error {
  const elsewhere = 'choose another with --port, or --port 0 for any free one';
  if (error.code === 'EADDRINUSE') return new Error(`port ${port} is in use: ${elsewhere}`);
  if (error.syscall === 'listen') {
    return new Error(`port ${port} cannot be listened on (${error.code}): ${elsewhere}`);
  }
  if (callLog === undefined || error.path !== callLog) return error;
  return new Error(`the call log ${callLog} cannot be written: ${writeTrouble(error)}`);
}

/**
 * The functions of the template as FC 3.0 functions and, in the service `palisade`, as those of FC 2.0.
 * Only the first have timers and events, and only if they are asked for: what starts by itself would come
 * between the calls of whoever tries something out.
 */
async function readDefinitions(
  { template = projectTemplate(), triggers }: LocalOptions,
  deployment: Omit<LocalDeployment, 'template'>,
): Promise<FunctionDefinition[]> {
  if (template === undefined) return [];
  const definitions = await definitionsFor({ template, ...deployment });
  const serviceName = 'palisade';
  return definitions.flatMap((definition) => [
    { ...definition, ...(triggers ? {} : { eventTriggers: [] }) },
    {
      ...definition,
      serviceName,
      timers: [],
      eventTriggers: [],
      environment: { ...definition.environment, PALISADE_FC_SERVICE: serviceName },
    },
  ]);
}

/** The project's own template, once its functions are built. */
function projectTemplate(): string | undefined {
  const isBuilt = existsSync(join(PROJECT, 'dist', 'functions', 'sweep', 'index.js'));
  return isBuilt ? join(PROJECT, 'template.yml') : undefined;
}

async function readInventory(file: string): Promise<unknown[]> {
  try {
    const data: unknown = JSON.parse(await readFile(file, 'utf8'));
    return Array.isArray(data) ? data : [data];
  } catch (error) {
    throw new Error(`the inventory ${file} cannot be read: ${readTrouble(error)}`);
  }
}
