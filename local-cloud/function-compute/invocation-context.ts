import type { FunctionDefinition } from './function-definition';
import type { InvocationContext } from './instance';

/** Temporary credentials of the role that a function assumes. */
export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken: string;
  /** ISO 8601. */
  readonly expiration: string;
}

/** Mints credentials for a session of a role. A function's role is taken to exist, so this never throws. */
export type MintRoleCredentials = (roleName: string, sessionName: string) => RoleCredentials;

/** Where functions run, as their context and environment tell them. */
export interface Place {
  readonly accountId: string;
  readonly regionId: string;
}

/** Credentials for one instance or invocation; undefined for a function without a role. */
export function mintFor(
  definition: FunctionDefinition,
  mint: MintRoleCredentials,
): RoleCredentials | undefined {
  if (definition.role === undefined) return undefined;
  const roleName = definition.role.slice(definition.role.lastIndexOf('/') + 1);
  return mint(roleName, definition.functionName.slice(0, 64));
}

/**
 * The context object without its logger (context page, Node.js). A function of a service gets the
 * fields of FC 2.0 as well: the service's name and tracing. The retry count is there on retries only:
 * the page does not list it.
 */
export function createContext(
  definition: FunctionDefinition,
  place: Place,
  invocation: { readonly requestId: string; readonly retryCount: number },
  credentials: RoleCredentials | undefined,
): InvocationContext {
  const inService = definition.serviceName !== undefined;
  return {
    requestId: invocation.requestId,
    credentials: {
      accessKeyId: credentials?.accessKeyId ?? '',
      accessKeySecret: credentials?.accessKeySecret ?? '',
      securityToken: credentials?.securityToken ?? '',
    },
    function: {
      name: definition.functionName,
      handler: definition.handler,
      memory: definition.memoryMegabytes,
      timeout: definition.timeoutSeconds,
    },
    service: {
      ...(inService ? { name: definition.serviceName } : {}),
      logProject: '',
      logStore: '',
      qualifier: 'LATEST',
      versionId: '',
    },
    region: place.regionId,
    accountId: place.accountId,
    ...(inService ? { tracing: { spanContext: '', jaegerEndpoint: '', spanBaggages: '' } } : {}),
    ...(invocation.retryCount > 0 ? { retryCount: invocation.retryCount } : {}),
  };
}

/**
 * The whole environment of an instance (environment variables page): the function's own variables,
 * those of Function Compute, and the least that programs expect. Nothing of the host's.
 */
export function createEnvironment(
  definition: FunctionDefinition,
  place: Place,
  instanceId: string,
  credentials: RoleCredentials | undefined,
): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: '/tmp',
    LANG: 'en_US.UTF-8',
    TZ: 'UTC',
    ...definition.environment,
    ...(credentials === undefined
      ? {}
      : {
          ALIBABA_CLOUD_ACCESS_KEY_ID: credentials.accessKeyId,
          ALIBABA_CLOUD_ACCESS_KEY_SECRET: credentials.accessKeySecret,
          ALIBABA_CLOUD_SECURITY_TOKEN: credentials.securityToken,
        }),
    FC_FUNC_CODE_PATH: definition.codeDirectory,
    FC_ACCOUNT_ID: place.accountId,
    FC_REGION: place.regionId,
    FC_FUNCTION_NAME: definition.functionName,
    FC_FUNCTION_HANDLER: definition.handler,
    FC_FUNCTION_MEMORY_SIZE: String(definition.memoryMegabytes),
    FC_INSTANCE_ID: instanceId,
    ...(definition.serviceName === undefined
      ? { FC_FUNCTION_VERSION: 'LATEST' }
      : { FC_SERVICE_NAME: definition.serviceName, FC_QUALIFIER: 'LATEST', FC_VER_ID: '' }),
  };
}
