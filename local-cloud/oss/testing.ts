import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import AliOss from 'ali-oss';
import { type CallLog, createCallLog } from '../calls';
import { type CredentialStore, createCredentialStore } from '../sts';
import { startHttpServer } from '../wire';
import { createOss, type Oss, type OssOptions } from './create-oss';

/*
 * For tests only: an OSS on a port of its own, the official client for it, and a way to catch what that
 * client would send, so that a test can spoil any part of it.
 */

export const ACCOUNT_ID = '1234567890123456';
export const BUCKET = 'palisade-records';
export const REGION = 'cn-hangzhou';

export interface Key {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

export interface OssRig {
  /** Such as `http://127.0.0.1:8080`. */
  readonly endpoint: string;
  readonly key: Key;
  readonly credentials: CredentialStore;
  readonly oss: Oss;
  readonly calls: CallLog;
  readonly unexpectedErrors: readonly unknown[];
  close(): Promise<void>;
}

export async function startOss(options: Partial<OssOptions> = {}): Promise<OssRig> {
  const now = options.now ?? Date.now;
  const credentials = createCredentialStore({ now, randomBytes });
  const key = credentials.addUser({ accountId: ACCOUNT_ID, userName: 'tester' });
  const calls = createCallLog();
  const unexpectedErrors: unknown[] = [];
  const onUnexpectedError = (error: unknown) => unexpectedErrors.push(error);
  const oss = createOss({
    accountId: ACCOUNT_ID,
    buckets: [{ name: BUCKET, regionId: REGION }],
    findCredential: credentials.find,
    randomBytes,
    calls,
    onUnexpectedError,
    ...options,
    now,
  });
  const server = await startHttpServer({ port: 0, onUnexpectedError, handler: oss.handle });
  return {
    endpoint: `http://127.0.0.1:${server.port}`,
    key,
    credentials,
    oss,
    calls,
    unexpectedErrors,
    close: () => server.close(),
  };
}

/** The official client for a rig; anything can be set otherwise. */
export function ossClient(
  { endpoint }: Pick<OssRig, 'endpoint'>,
  key: Key,
  options: Partial<AliOss.Options> & Record<string, unknown> = {},
): AliOss {
  return new AliOss({
    accessKeyId: key.accessKeyId,
    accessKeySecret: key.accessKeySecret,
    ...(key.securityToken && { stsToken: key.securityToken, refreshSTSTokenInterval: 1 }),
    endpoint,
    region: `oss-${REGION}`,
    bucket: BUCKET,
    ...options,
  });
}

/** A request as it goes over the wire. */
export interface RawRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly content?: Buffer;
}

/** What the official client would send for a call, signed but unsent. */
export async function caught(
  rig: OssRig,
  key: Key,
  options: Partial<AliOss.Options>,
  call: (client: AliOss) => Promise<unknown>,
): Promise<RawRequest> {
  let raw: RawRequest | undefined;
  const urllib = {
    async request(url: string, { method, headers, content }: Omit<RawRequest, 'url'>) {
      raw = { method, url, headers, ...(content && { content }) };
      throw new Error('caught');
    },
  };
  await call(ossClient(rig, key, { ...options, urllib })).catch(() => undefined);
  if (raw === undefined) throw new Error('the client sent nothing');
  return raw;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Error code; undefined if the answer has none. */
  readonly code: string | undefined;
}

/** Sends a request as it is, the Host header included. */
export function send({ method, url, headers, content }: RawRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { method, headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          text,
          code: /<Code>(.*?)<\/Code>/.exec(text)?.[1],
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(content);
  });
}
