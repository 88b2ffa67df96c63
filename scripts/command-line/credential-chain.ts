// Apart from its caller, so that the library is loaded only when the environment names no key.
import Credential from '@alicloud/credentials';
import type { Credentials } from '../../shared/ecs';

/** Credentials, and which part of the chain they are of, such as `profile`. */
export type ChainCredentials = Credentials & { readonly from?: string };

/** The SDK's default chain: profile files, an instance's role, a credentials URL. Throws if all fail. */
export function credentialChain(): () => Promise<ChainCredentials> {
  const chain = new Credential();
  return async () => {
    const found = await chain.getCredential();
    if (!found.accessKeyId || !found.accessKeySecret) throw new Error('the chain has no key');
    return {
      accessKeyId: found.accessKeyId,
      accessKeySecret: found.accessKeySecret,
      ...(found.securityToken ? { securityToken: found.securityToken } : {}),
      ...(found.providerName ? { from: found.providerName } : {}),
    };
  };
}
