import EcsClient from '@alicloud/ecs20140526';
import { Config, OpenApiRequest, Params } from '@alicloud/openapi-client';
import type { LocalCloud } from '../../local-cloud';
import type { AccessKey } from '../../local-cloud/sts';

/** Somebody who calls ECS with an access key of their own. */
export interface Principal {
  /**
   * Makes a call in cn-hangzhou, with parameters by their names on the wire, such as
   * `Permissions.1.PortRange`. Gives the answer. Throws the SDK's error when ECS refuses it.
   */
  call(
    action: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<Readonly<Record<string, unknown>>>;
}

/** Adds a RAM user to an account, the cloud's own by default, who may do everything. */
export function addPrincipal(
  cloud: LocalCloud,
  userName: string,
  accountId = cloud.accountId,
): Principal {
  return principalWith(cloud, cloud.credentials.addUser({ accountId, userName }));
}

/** Somebody who has an access key, such as that of a session. */
export function principalWith(
  cloud: LocalCloud,
  { accessKeyId, accessKeySecret, securityToken }: AccessKey & { readonly securityToken?: string },
): Principal {
  const key = { accessKeyId, accessKeySecret, ...(securityToken ? { securityToken } : {}) };
  const client = new EcsClient(new Config({ ...key, endpoint: cloud.host, protocol: 'HTTP' }));
  return {
    async call(action, parameters) {
      const { body } = (await client.callApi(
        new Params({
          action,
          version: '2014-05-26',
          protocol: 'HTTP',
          method: 'POST',
          authType: 'AK',
          style: 'RPC',
          pathname: '/',
          reqBodyType: 'formData',
          bodyType: 'json',
        }),
        new OpenApiRequest({ query: { RegionId: 'cn-hangzhou', ...parameters } }),
        {} as Parameters<typeof client.callApi>[2],
      )) as { body: Record<string, unknown> };
      return body;
    },
  };
}
