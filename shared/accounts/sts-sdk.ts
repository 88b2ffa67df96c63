import Client, { Config, OpenApiRequest, Params } from '@alicloud/openapi-client';
import type { Credentials } from '../ecs';

/** Where STS is called. */
export interface StsEndpoint {
  readonly host: string;
  readonly protocol: 'HTTP' | 'HTTPS';
}

/**
 * Makes one call of STS 2015-04-01, once: the SDK's own retries stay off. Gives the answer in the API's
 * spelling. Throws the SDK's error, which may hold the request and is not to be shown.
 */
export async function callSts(
  action: 'AssumeRole' | 'GetCallerIdentity',
  query: Readonly<Record<string, string>>,
  endpoint: StsEndpoint,
  credentials: Credentials,
  timeoutMs: number,
): Promise<Readonly<Record<string, unknown>>> {
  const config = new Config({
    accessKeyId: credentials.accessKeyId,
    accessKeySecret: credentials.accessKeySecret,
    endpoint: endpoint.host,
    protocol: endpoint.protocol,
    readTimeout: timeoutMs,
    connectTimeout: timeoutMs,
    userAgent: 'palisade',
  });
  if (credentials.securityToken) config.securityToken = credentials.securityToken;
  const params = new Params({
    action,
    version: '2015-04-01',
    protocol: endpoint.protocol,
    method: 'POST',
    authType: 'AK',
    style: 'RPC',
    pathname: '/',
    reqBodyType: 'formData',
    bodyType: 'json',
  });
  const { body } = await new Client(config).doRequest(
    params,
    new OpenApiRequest({ query: { ...query } }),
    // The class of this argument is of another package; its fields are all optional.
    {} as Parameters<Client['doRequest']>[2],
  );
  return (body ?? {}) as Readonly<Record<string, unknown>>;
}
