import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHttpServer, type WireHandler } from '../wire';
import {
  createFunctionCompute,
  type FunctionCompute,
  type FunctionComputeOptions,
} from './function-compute';
import type { FunctionDefinition } from './function-definition';
import type { InvokeOutcome } from './serve';

/** For tests: the account, credentials and role of a local Function Compute. */
export const testAccount = {
  accountId: '123456789012',
  regionId: 'cn-hangzhou',
  accessKeyId: 'LTAItest',
  accessKeySecret: 'test-secret',
};

/** For tests: a Function Compute that runs sources written to a temporary folder, served over HTTP. */
export interface TestStage {
  readonly functionCompute: FunctionCompute;
  /** `http://127.0.0.1:port`. */
  readonly endpoint: string;
  /** Folder that the code of the functions may write to. */
  readonly folder: string;
  readonly logLines: readonly string[];
  /** Puts something before the next requests; returning undefined lets a request through. */
  intercept(
    handler: (...request: Parameters<WireHandler>) => ReturnType<WireHandler> | undefined,
  ): void;
  close(): Promise<void>;
}

/** For tests: starts a stage with functions given by the source of their CommonJS module. */
export async function startStage(
  functions: Readonly<Record<string, { source: string } & Partial<FunctionDefinition>>>,
  options: Partial<FunctionComputeOptions> = {},
): Promise<TestStage> {
  const folder = await mkdtemp(join(tmpdir(), 'palisade-functions-'));
  const definitions: FunctionDefinition[] = [];
  for (const [name, { source, ...rest }] of Object.entries(functions)) {
    const modulePath = name.replace('/', '-');
    await writeFile(join(folder, `${modulePath}.js`), source);
    const [functionName = '', serviceName] = name.split('/').reverse();
    definitions.push({
      functionName,
      ...(serviceName === undefined ? {} : { serviceName }),
      codeDirectory: folder,
      handler: `${modulePath}.handler`,
      runtime: 'nodejs20',
      timeoutSeconds: 20,
      memoryMegabytes: 128,
      environment: {},
      ...rest,
    });
  }
  const logLines: string[] = [];
  const functionCompute = createFunctionCompute({
    functions: definitions,
    accountId: testAccount.accountId,
    regionId: testAccount.regionId,
    now: Date.now,
    secretOf: (id) =>
      id === testAccount.accessKeyId ? { secret: testAccount.accessKeySecret } : undefined,
    roleCredentials: (roleName, sessionName) => ({
      accessKeyId: `STS.${roleName}`,
      accessKeySecret: 'role-secret',
      securityToken: `token of ${sessionName}`,
      expiration: '2030-01-01T00:00:00Z',
    }),
    asyncRetryDelayMs: 1,
    onLog: (line) => logLines.push(line),
    ...options,
  });
  let interceptor: Parameters<TestStage['intercept']>[0] | undefined;
  const failures: unknown[] = [];
  const server = await startHttpServer({
    port: 0,
    handler: (...request) => interceptor?.(...request) ?? functionCompute.handle(request[0]),
    onUnexpectedError: (error) => failures.push(error),
  });
  return {
    functionCompute,
    endpoint: `http://127.0.0.1:${server.port}`,
    folder,
    logLines,
    intercept: (handler) => {
      interceptor = handler;
    },
    async close() {
      await server.close();
      await functionCompute.close();
      await rm(folder, { recursive: true });
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** Starts stages for the tests of one file, and closes each after its test. */
export function stagesOfTests(): typeof startStage {
  const stages: TestStage[] = [];
  afterEach(async () => {
    for (const started of stages.splice(0)) await started.close();
  });
  return async (...parameters) => {
    const started = await startStage(...parameters);
    stages.push(started);
    return started;
  };
}

/** The result of a synchronous invocation, with its payload as text. */
export function completed(outcome: InvokeOutcome) {
  if (outcome.kind !== 'completed') throw new Error('expected a synchronous result');
  return { ...outcome, text: outcome.payload.toString() };
}
