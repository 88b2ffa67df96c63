import OpenApiClient, { Config, OpenApiRequest, Params } from '@alicloud/openapi-client';
import type { CredentialsProvider } from '../../../shared/ecs';

/** Who signs the calls (GetCallerIdentity page). */
export interface CallerIdentity {
  readonly accountId: string;
  /** Such as `acs:ram::1234567890123456:user/ana`. */
  readonly arn: string;
}

/** STS did not say who signs. The message holds its error code, never its text, which repeats what was signed. */
export class IdentityError extends Error {
  override readonly name = 'IdentityError';
}

/**
 * Asks STS who signs the calls, which needs no permission. `host` is that of STS. Throws IdentityError.
 */
export async function getCallerIdentity(
  credentials: CredentialsProvider,
  { host, protocol }: { readonly host: string; readonly protocol: 'HTTP' | 'HTTPS' },
  timeoutMs: number,
): Promise<CallerIdentity> {
  const { accessKeyId, accessKeySecret, securityToken } = await credentials();
  const client = new OpenApiClient(
    new Config({
      accessKeyId,
      accessKeySecret,
      ...(securityToken === undefined ? {} : { securityToken }),
      endpoint: host,
      protocol,
      readTimeout: timeoutMs,
      connectTimeout: timeoutMs,
      userAgent: 'palisade',
    }),
  );
  const call = new Params({
    action: 'GetCallerIdentity',
    version: '2015-04-01',
    protocol,
    method: 'POST',
    authType: 'AK',
    style: 'RPC',
    pathname: '/',
    reqBodyType: 'formData',
    bodyType: 'json',
  });
  let body: Readonly<Record<string, unknown>>;
  try {
    const answer: { body?: typeof body } = await client.callApi(
      call,
      new OpenApiRequest({}),
      {} as Parameters<typeof client.callApi>[2],
    );
    body = answer.body ?? {};
  } catch (error) {
    const { code } = error as { code?: unknown };
    throw explained(typeof code === 'string' && /^[\w.-]{1,60}$/.test(code) ? code : 'unknown');
  }
  const { AccountId, Arn } = body;
  if (typeof AccountId !== 'string' || typeof Arn !== 'string') {
    throw new IdentityError(
      'STS did not say who signs; check that nothing stands between, and the endpoint',
    );
  }
  return { accountId: AccountId, arn: Arn };
}

function explained(code: string): IdentityError {
  // Codes of Node.js, such as ENOTFOUND; those of the API have small letters, too.
  if (code === 'unknown' || /^[A-Z0-9_]+$/.test(code)) {
    return new IdentityError(
      `STS did not answer (${code}); check the network and the name server, or the endpoint`,
    );
  }
  const saw = `STS refused to say who signs (${code})`;
  if (/^InvalidAccessKeyId/.test(code)) {
    return new IdentityError(
      `${saw}; the access key does not exist or is disabled: make a new one in the RAM console`,
    );
  }
  if (/^SignatureDoesNotMatch|^IncompleteSignature/.test(code)) {
    return new IdentityError(`${saw}; the secret does not belong to the access key: set both anew`);
  }
  if (/SecurityToken/.test(code)) {
    return new IdentityError(
      `${saw}; the temporary credentials have ended or lack their token: fetch new ones`,
    );
  }
  if (/^InvalidTimeStamp/.test(code)) return new IdentityError(`${saw}; set the clock`);
  return new IdentityError(`${saw}; check the network, the credentials and the endpoint`);
}
