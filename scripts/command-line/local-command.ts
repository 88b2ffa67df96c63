import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startLocalCloud } from '../../local-cloud';
import { createFunctionCompute, type FunctionDefinition } from '../../local-cloud/function-compute';
import { definitionsFor } from '../local-deployment';
import { toldToStop } from './told-to-stop';

const PROJECT = join(__dirname, '..', '..');

/** Options of `local`. */
export interface LocalOptions {
  readonly port: number;
  readonly inventory: readonly string[];
  readonly template?: string;
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
  const template = options.template ?? projectTemplate();
  const cloud = await startLocalCloud({
    port: options.port,
    inventory,
    ecs: {
      ...(options.ruleQuota === undefined ? {} : { rulesPerGroup: options.ruleQuota }),
      ...(options.readLag === undefined ? {} : { readLagMs: options.readLag }),
    },
    ...(options.throttle === undefined ? {} : { throttle: { everyAction: options.throttle } }),
    ...(options.latency === undefined ? {} : { latency: options.latency }),
    ...(options.maxUrlLength === undefined ? {} : { maxUrlLength: options.maxUrlLength }),
    ...(options.callLog === undefined ? {} : { callLogFile: options.callLog }),
    functionCompute: async (context) =>
      createFunctionCompute({
        ...context,
        regionId: 'cn-hangzhou',
        functions: template
          ? onBothVersions(
              await definitionsFor({
                template,
                accountId: context.accountId,
                endpoint: context.endpoint,
                records: resolve('out', 'records'),
              }),
            )
          : [],
        onLog: (line) => process.stderr.write(`${line}\n`),
      }),
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new Error(
      `port ${options.port} is in use: choose another with --port, or --port 0 for any free one`,
    );
  });
  // Before the line is printed: whoever reads it may send a signal at once.
  const told = toldToStop();
  const { endpoint, host, accessKeyId, accessKeySecret, accountId, regionIds } = cloud;
  const address = { endpoint, host };
  console.log(
    JSON.stringify({
      ecs: address,
      sts: address,
      fc: address,
      accessKeyId,
      accessKeySecret,
      accountId,
      regionIds,
    }),
  );
  await told;
  await cloud.close();
}

/** The functions as FC 3.0 functions and, in the service `palisade`, as those of FC 2.0. */
function onBothVersions(definitions: readonly FunctionDefinition[]): FunctionDefinition[] {
  const serviceName = 'palisade';
  return definitions.flatMap((definition) => [
    definition,
    {
      ...definition,
      serviceName,
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
    throw new Error(`the inventory ${file} cannot be read: ${(error as Error).message}`);
  }
}
