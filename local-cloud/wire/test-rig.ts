import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { type Action, ApiError, type Service } from '../action';
import { type CallLog, createCallLog } from '../calls';
import { type CredentialStore, createCredentialStore, createSts } from '../sts';
import { createAuthenticator } from './authenticate';
import { createGateway, type GatewayOptions } from './gateway';
import { startHttpServer } from './http';
import { encodeRfc3986 } from './percent-encoding';

/*
 * For tests only: a gateway with a small service behind it, and clients that sign by hand so that a
 * test can spoil any part of a request.
 */

export const ACCOUNT_ID = '1234567890123456';

/** Echo returns its parameters, CreateThing counts, Refuse and Crash fail in their ways. */
export interface ToyService extends Service {
  readonly things: string[];
}

export interface Rig {
  readonly host: string;
  readonly endpoint: string;
  readonly key: SigningKey;
  readonly credentials: CredentialStore;
  readonly calls: CallLog;
  readonly service: ToyService;
  readonly unexpectedErrors: unknown[];
  close(): Promise<void>;
}

export interface SigningKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

type RigOptions = Partial<Omit<GatewayOptions, 'services' | 'authenticator' | 'calls'>> & {
  readonly maxUrlLength?: number;
};

export async function startRig({ maxUrlLength, ...options }: RigOptions = {}): Promise<Rig> {
  const now = options.now ?? Date.now;
  const credentials = createCredentialStore({ now, randomBytes });
  const key = credentials.addUser({ accountId: ACCOUNT_ID, userName: 'tester' });
  const calls = createCallLog();
  const service = toyService();
  const unexpectedErrors: unknown[] = [];
  const onUnexpectedError = (error: unknown) => unexpectedErrors.push(error);
  const server = await startHttpServer({
    port: 0,
    ...(maxUrlLength !== undefined && { maxUrlLength }),
    onUnexpectedError,
    handler: createGateway({
      onUnexpectedError,
      randomBytes,
      ...options,
      now,
      services: [service, createSts(credentials)],
      authenticator: createAuthenticator({ findCredential: credentials.find, now }),
      calls,
    }),
  });
  const host = `127.0.0.1:${server.port}`;
  return {
    host,
    endpoint: `http://${host}`,
    key,
    credentials,
    calls,
    service,
    unexpectedErrors,
    close: () => server.close(),
  };
}

function toyService(): ToyService {
  const things: string[] = [];
  const echo: Action = (parameters) => ({ Parameters: Object.fromEntries(parameters) });
  const actions: [string, Action][] = [
    ['DescribeEcho', echo],
    // Under the names of real actions, for the SDK classes that can call nothing else.
    ['AuthorizeSecurityGroupEgress', echo],
    ['DescribeRegions', () => ({ Regions: { Region: [{ RegionId: 'a' }, { RegionId: 'b' }] } })],
    [
      'CreateThing',
      (parameters) => {
        things.push(parameters.get('Name') ?? '');
        return { Count: things.length };
      },
    ],
    [
      'DescribeRefusal',
      () => {
        throw new ApiError(404, 'InvalidThing.NotFound', 'The <thing> & "all" does not exist.');
      },
    ],
    [
      'DescribeCrash',
      () => {
        throw new TypeError('boom');
      },
    ],
  ];
  return { product: 'Ecs', version: '2014-05-26', actions: new Map(actions), things };
}

export interface V3Call {
  readonly method?: 'GET' | 'POST';
  readonly action?: string;
  readonly version?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** How the query goes over the wire; by default as it is signed. */
  readonly rawQuery?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly date?: string;
  readonly nonce?: string;
}

export interface SignedRequest {
  readonly url: string;
  readonly init: { method: string; headers: Record<string, string>; body?: string };
}

/** Signs a call as the help page of V3 says. */
export function signV3(rig: Pick<Rig, 'host'>, key: SigningKey, call: V3Call): SignedRequest {
  const method = call.method ?? 'POST';
  const parameters = call.query ?? {};
  const query = Object.keys(parameters)
    .sort()
    .map((name) => `${encodeRfc3986(name)}=${encodeRfc3986(parameters[name] ?? '')}`)
    .join('&');
  const headers: Record<string, string> = {
    host: rig.host,
    'x-acs-action': call.action ?? 'DescribeEcho',
    'x-acs-version': call.version ?? '2014-05-26',
    'x-acs-date': call.date ?? timestamp(Date.now()),
    'x-acs-signature-nonce': call.nonce ?? randomUUID(),
    'x-acs-content-sha256': sha256(call.body ?? ''),
    ...(key.securityToken !== undefined && { 'x-acs-security-token': key.securityToken }),
    ...call.headers,
  };
  const names = Object.keys(headers)
    .filter((name) => name.startsWith('x-acs-') || name === 'host' || name === 'content-type')
    .sort();
  const canonical = [
    method,
    '/',
    query,
    names.map((name) => `${name}:${headers[name]}\n`).join(''),
    names.join(';'),
    headers['x-acs-content-sha256'],
  ].join('\n');
  const signature = createHmac('sha256', key.accessKeySecret)
    .update(`ACS3-HMAC-SHA256\n${sha256(canonical)}`)
    .digest('hex');
  const credential = `Credential=${key.accessKeyId},SignedHeaders=${names.join(';')},Signature=${signature}`;
  return {
    url: `http://${rig.host}/?${call.rawQuery ?? query}`,
    init: {
      method,
      headers: { ...headers, authorization: `ACS3-HMAC-SHA256 ${credential}` },
      ...(call.body !== undefined && { body: call.body }),
    },
  };
}

/** Signs parameters as the help page of the RPC signature says and adds the signature to them. */
export function signV1(
  method: 'GET' | 'POST',
  key: SigningKey,
  parameters: Readonly<Record<string, string>>,
): Record<string, string> {
  const all: Record<string, string> = {
    Version: '2014-05-26',
    AccessKeyId: key.accessKeyId,
    SignatureMethod: 'HMAC-SHA1',
    SignatureVersion: '1.0',
    SignatureNonce: randomUUID(),
    Timestamp: timestamp(Date.now()),
    ...(key.securityToken !== undefined && { SecurityToken: key.securityToken }),
    ...parameters,
  };
  const canonical = Object.keys(all)
    .sort()
    .map((name) => `${encodeRfc3986(name)}=${encodeRfc3986(all[name] ?? '')}`)
    .join('&');
  const signature = createHmac('sha1', `${key.accessKeySecret}&`)
    .update(`${method}&%2F&${encodeRfc3986(canonical)}`)
    .digest('base64');
  return { ...all, Signature: signature };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body parsed as JSON; throws when it is something else. */
  json(): Record<string, unknown>;
}

export async function send(request: SignedRequest): Promise<Answer> {
  const response = await fetch(request.url, request.init);
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: () => JSON.parse(text) as Record<string, unknown>,
  };
}

/** Signs and sends a call with the rig's own key. */
export const callV3 = (rig: Rig, call: V3Call): Promise<Answer> => send(signV3(rig, rig.key, call));

export function timestamp(time: number): string {
  return new Date(time).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
