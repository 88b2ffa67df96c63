import { join } from 'node:path';
import { startLocalCloud } from '../../../local-cloud';
import {
  createFunctionCompute,
  type FunctionCompute,
  type InvocationRecord,
} from '../../../local-cloud/function-compute';
import { definitionsFor } from '../../local-deployment';
import type { CloudAccess } from './cloud-protocol';
import { NO_LIMIT } from './instance';

const TEMPLATE = join(__dirname, '..', '..', '..', 'template.yml');

/** The functions of template.yml on a local Function Compute in this process; the rest of the cloud is elsewhere. */
export interface Deployed {
  /** Fires the timer and waits until everything is done. Throws an Error if any of it failed. */
  sweep(at: number): Promise<readonly InvocationRecord[]>;
  close(): Promise<void>;
}

/** How the functions are deployed. */
export interface DeployOptions {
  readonly access: CloudAccess;
  /** Folder of the built functions. */
  readonly builtFunctions: string;
  readonly regionIds: readonly string[];
  /** Instances of all functions together. */
  readonly maxInstances: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Deploys the built functions. */
export async function deployFunctions(options: DeployOptions): Promise<Deployed> {
  const { access, builtFunctions, regionIds, maxInstances } = options;
  const { accountId, credentials } = access;
  const { accessKeyId, accessKeySecret: secret, securityToken } = credentials;
  let functionCompute: FunctionCompute | undefined;
  const host = await startLocalCloud({
    accountId,
    functionCompute: async (context) => {
      const definitions = await definitionsFor({
        template: TEMPLATE,
        accountId,
        endpoint: access.endpoint,
        builtFunctions,
      });
      functionCompute = createFunctionCompute({
        ...context,
        regionId: 'cn-hangzhou',
        maxInstances,
        secretOf: (keyId) => (keyId === accessKeyId ? { secret, securityToken } : undefined),
        roleCredentials: () => ({ ...credentials, expiration: new Date(8.64e15).toISOString() }),
        authorize: () => {},
        functions: definitions.map((definition) => ({
          ...definition,
          environment: {
            ...definition.environment,
            PALISADE_REGIONS: regionIds.join(','),
            ...NO_LIMIT,
            ...options.environment,
            PALISADE_FC_ENDPOINT: context.endpoint,
          },
        })),
      });
      return functionCompute;
    },
  });
  if (!functionCompute) throw new Error('the local cloud started without Function Compute');
  const running = functionCompute;
  return {
    async sweep(at) {
      const before = running.invocations.length;
      await running.fireTimer('palisade-sweep', undefined, at);
      await running.idle();
      const invocations = running.invocations.slice(before);
      const failed = invocations.find(({ status }) => status === 'Failed');
      if (failed) throw new Error(`${failed.functionName} failed: ${failed.errorMessage}`);
      return invocations;
    },
    close: () => host.close(),
  };
}
