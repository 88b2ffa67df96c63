// The local cloud: ECS, STS, OSS and Function Compute of Alibaba Cloud on one loopback port, for the demo,
// tests and benchmarks. startLocalCloud is the way in; any client of the real API works against the
// endpoint it returns. Rooms: wire (gateway), sts, ram, ecs, oss, actiontrail,
// function-compute.

import { randomInt } from 'node:crypto';
import { ApiError } from './action';
import { type ActionTrail, createActionTrail } from './actiontrail';
import { type CallLog, createCallLog } from './calls';
import { createEcs, type EcsService, REGION_IDS } from './ecs';
import type { FunctionCompute, FunctionComputeContext, LocalCloudOptions } from './options';
import { createOss, type Oss } from './oss';
import { type Authorizer, createAuthorizer } from './ram';
import { type CredentialStore, createCredentialStore, createSts } from './sts';
import {
  createAuthenticator,
  createGateway,
  startHttpServer,
  type WireRequest,
  type WireResponse,
} from './wire';

export type {
  ActionTrail,
  ActionTrailOptions,
  ActionTrailRecord,
  CloudEvent,
  EventRule,
  RecordForm,
} from './actiontrail';
export type { CallLog, CallRecord } from './calls';
export type { FunctionCompute, FunctionComputeContext, LocalCloudOptions } from './options';
export type { Oss } from './oss';
export type { CredentialStore, Grants, RoleDefinition, RoleName } from './sts';
export type { Fault, FaultHook, ThrottleOptions, WireRequest, WireResponse } from './wire';

/** A running local cloud. */
export interface LocalCloud {
  /** Such as `http://127.0.0.1:8080`, for ECS, STS and Function Compute alike. */
  readonly endpoint: string;
  /** The endpoint without its scheme, as the official SDKs take it with `protocol: 'HTTP'`. */
  readonly host: string;
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly regionIds: readonly string[];
  /** Every ECS, STS and OSS call so far; over HTTP at GET /local-cloud/calls. */
  readonly calls: CallLog;
  readonly credentials: CredentialStore;
  /** The service itself, for seeding and inspecting its state past the API. */
  readonly ecs: EcsService;
  /** The buckets, for inspecting and tampering with their objects past the API. */
  readonly oss: Oss;
  /** What ECS writes became, and whether all of it has been delivered. */
  readonly actionTrail: ActionTrail;
  /** Stops at once and leaves no socket, timer or file open. */
  close(): Promise<void>;
}

/** Where the call log is served, as a JSON array. Not part of the real API; it needs no signature. */
export const CALL_LOG_PATH = '/local-cloud/calls';

// How long the credentials in a function's context are good (Function Compute, context page).
const FUNCTION_SESSION_SECONDS = 36 * 3600;

/**
 * Starts a local cloud on 127.0.0.1.
 * @throws Error when the inventory is malformed, the port taken or the call log file not writable
 */
export async function startLocalCloud(options: LocalCloudOptions = {}): Promise<LocalCloud> {
  const now = options.now ?? Date.now;
  const random = options.random ?? (() => randomInt(2 ** 47) / 2 ** 47);
  const randomBytes = (size: number) =>
    Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256)));
  const onUnexpectedError = options.onUnexpectedError ?? console.error;

  const accountId = options.accountId ?? String(1e15 + Math.floor(random() * 8e15));
  const credentials = createCredentialStore({ now, randomBytes });
  const key = credentials.addUser({
    accountId,
    userName: options.userName ?? 'palisade',
    ...(options.accessKeyId !== undefined && { accessKeyId: options.accessKeyId }),
    ...(options.accessKeySecret !== undefined && { accessKeySecret: options.accessKeySecret }),
  });
  for (const role of options.roles ?? []) credentials.addRole(role);

  const ecs = createEcs({ ...options.ecs, accountId, random });
  if (options.inventory !== undefined) ecs.loadInventory(options.inventory, now());
  const calls = createCallLog(options.callLogFile);
  const actionTrail = createActionTrail(options.actionTrail ?? {}, {
    accountId,
    random,
    randomBytes,
    onFailure: onUnexpectedError,
  });
  const authorizer = createAuthorizer(credentials.policiesOf);
  const gateway = createGateway({
    services: [ecs, createSts(credentials)],
    authenticator: createAuthenticator({ findCredential: credentials.find, now }),
    calls,
    now,
    randomBytes,
    ...(options.throttle !== undefined && { throttle: options.throttle }),
    ...(options.latency !== undefined && { latency: options.latency }),
    ...(options.fault !== undefined && { fault: options.fault }),
    authorize: authorizer.authorizeCall,
    onServed: actionTrail.record,
    onUnexpectedError,
  });

  const oss = createOss({
    accountId,
    buckets: (options.buckets ?? []).map(({ name, regionId = 'cn-hangzhou' }) => ({
      name,
      regionId,
    })),
    findCredential: credentials.find,
    now,
    randomBytes,
    calls,
    authorize: authorizer.authorize,
    ...(options.latency !== undefined && { latency: options.latency }),
    ...(options.fault !== undefined && { fault: options.fault }),
    onUnexpectedError,
  });

  let functionCompute: FunctionCompute | undefined;
  const server = await startHttpServer({
    port: options.port ?? 0,
    ...(options.maxUrlLength !== undefined && { maxUrlLength: options.maxUrlLength }),
    onUnexpectedError,
    handler: async (request, closing) => {
      // First, because a key may look like any other path.
      if (oss.serves(request)) return oss.handle(request, closing);
      if (functionCompute !== undefined && isForFunctionCompute(request)) {
        return functionCompute.handle(request);
      }
      if (request.path === CALL_LOG_PATH && request.method === 'GET') return callLogPage(calls);
      return gateway(request, closing);
    },
  }).catch((error: unknown) => {
    calls.close();
    throw error;
  });
  const host = `127.0.0.1:${server.port}`;
  const endpoint = `http://${host}`;

  const close = async () => {
    actionTrail.close();
    await functionCompute?.close();
    await server.close();
    calls.close();
  };
  try {
    functionCompute = await options.functionCompute?.({
      accountId,
      endpoint,
      now,
      ...roleAccess(credentials, authorizer, accountId, now),
    });
    actionTrail.setRules(functionCompute?.eventTriggers ?? []);
  } catch (error) {
    await close();
    throw error;
  }
  let closed: Promise<void> | undefined;
  return {
    endpoint,
    host,
    accountId,
    ...key,
    regionIds: REGION_IDS,
    calls,
    credentials,
    ecs,
    oss,
    actionTrail,
    close() {
      closed ??= close();
      return closed;
    },
  };
}

function roleAccess(
  credentials: CredentialStore,
  { authorize }: Authorizer,
  accountId: string,
  now: () => number,
): Pick<FunctionComputeContext, 'secretOf' | 'roleCredentials' | 'authorize'> {
  return {
    secretOf(accessKeyId) {
      const credential = credentials.find(accessKeyId);
      if (credential === undefined) return undefined;
      const { accessKeySecret: secret, session } = credential;
      if (session === undefined) return { secret };
      return now() < session.expiresAt
        ? { secret, securityToken: session.securityToken }
        : undefined;
    },
    roleCredentials(roleName, sessionName) {
      const { accessKeyId, accessKeySecret, securityToken, expiresAt } = credentials.startSession({
        accountId,
        roleName,
        sessionName,
        durationSeconds: FUNCTION_SESSION_SECONDS,
      });
      const expiration = new Date(expiresAt).toISOString();
      return { accessKeyId, accessKeySecret, securityToken, expiration };
    },
    authorize(accessKeyId, action, resource) {
      const credential = credentials.find(accessKeyId);
      if (credential === undefined) {
        throw new ApiError(403, 'AccessDenied', 'the access key id does not exist');
      }
      authorize(credential.caller, { action, resource });
    },
  };
}

/** The paths of both API versions, and HTTP triggers by their domain or the path that stands in for it. */
function isForFunctionCompute({ path, headers }: WireRequest): boolean {
  return (
    /^\/(2016-08-15|2023-03-30|local-cloud\/http)\//.test(path) ||
    /\.fcapp\.run(:\d+)?$/i.test(headers.host ?? '')
  );
}

function callLogPage(calls: CallLog): WireResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/json;charset=utf-8' },
    body: JSON.stringify(calls.all()),
  };
}
