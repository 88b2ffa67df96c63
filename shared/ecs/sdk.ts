import { isDeepStrictEqual } from 'node:util';
import Client, {
  AuthorizeSecurityGroupEgressRequest,
  AuthorizeSecurityGroupRequest,
  DescribePortRangeListAssociationsRequest,
  DescribePortRangeListEntriesRequest,
  DescribePrefixListAssociationsRequest,
  DescribePrefixListAttributesRequest,
  DescribeRegionsRequest,
  DescribeSecurityGroupAttributeRequest,
  DescribeSecurityGroupsRequest,
  ModifySecurityGroupEgressRuleRequest,
  ModifySecurityGroupRuleRequest,
  RevokeSecurityGroupEgressRequest,
  RevokeSecurityGroupRequest,
} from '@alicloud/ecs20140526';
import { Config } from '@alicloud/openapi-client';

/** What a call is signed with. The security token comes with temporary credentials. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

/**
 * Gives the credentials for the next attempt; asked each time, so that they may be renewed. `expired` are
 * those that the service has refused as too old, for a provider that can tell newer ones. What an EcsError
 * says that it throws is passed on; nothing is told of any other error.
 */
export type CredentialsProvider = (expired?: Credentials) => Promise<Credentials>;

/** Parameters of a call or fields of an answer, in the API's own spelling. */
export type Fields = Readonly<Record<string, unknown>>;

/** An API action that this client makes. */
export type Action = keyof typeof ACTIONS;

/** Where calls go: a region's own endpoint, or another host and port. */
export interface Endpoint {
  readonly regionId: string;
  readonly host?: string;
  readonly protocol: 'HTTP' | 'HTTPS';
}

/** A request that is ready to be sent, any number of times, each time with a new nonce and signature. */
export type PreparedRequest = (
  endpoint: Endpoint,
  credentials: Credentials,
  timeoutMs: number,
) => Promise<Fields>;

interface SdkModel {
  toMap(): Record<string, unknown>;
}

const ACTIONS = {
  DescribeRegions: action(DescribeRegionsRequest, (client, request) =>
    client.describeRegions(request),
  ),
  DescribeSecurityGroups: action(DescribeSecurityGroupsRequest, (client, request) =>
    client.describeSecurityGroups(request),
  ),
  DescribeSecurityGroupAttribute: action(DescribeSecurityGroupAttributeRequest, (client, request) =>
    client.describeSecurityGroupAttribute(request),
  ),
  DescribePrefixListAttributes: action(DescribePrefixListAttributesRequest, (client, request) =>
    client.describePrefixListAttributes(request),
  ),
  DescribePortRangeListEntries: action(DescribePortRangeListEntriesRequest, (client, request) =>
    client.describePortRangeListEntries(request),
  ),
  DescribePrefixListAssociations: action(DescribePrefixListAssociationsRequest, (client, request) =>
    client.describePrefixListAssociations(request),
  ),
  DescribePortRangeListAssociations: action(
    DescribePortRangeListAssociationsRequest,
    (client, request) => client.describePortRangeListAssociations(request),
  ),
  AuthorizeSecurityGroup: action(AuthorizeSecurityGroupRequest, (client, request) =>
    client.authorizeSecurityGroup(request),
  ),
  AuthorizeSecurityGroupEgress: action(AuthorizeSecurityGroupEgressRequest, (client, request) =>
    client.authorizeSecurityGroupEgress(request),
  ),
  ModifySecurityGroupRule: action(ModifySecurityGroupRuleRequest, (client, request) =>
    client.modifySecurityGroupRule(request),
  ),
  ModifySecurityGroupEgressRule: action(ModifySecurityGroupEgressRuleRequest, (client, request) =>
    client.modifySecurityGroupEgressRule(request),
  ),
  RevokeSecurityGroup: action(RevokeSecurityGroupRequest, (client, request) =>
    client.revokeSecurityGroup(request),
  ),
  RevokeSecurityGroupEgress: action(RevokeSecurityGroupEgressRequest, (client, request) =>
    client.revokeSecurityGroupEgress(request),
  ),
};

/**
 * Makes a request out of an action and its parameters. Throws TypeError if the SDK would send other
 * parameters than these: it drops names that it does not know.
 */
export function prepareRequest(name: Action, parameters: Fields): PreparedRequest {
  return ACTIONS[name](parameters);
}

function action<Request extends SdkModel>(
  Request: new (fields: Record<string, unknown>) => Request,
  send: (client: Client, request: Request) => Promise<{ body?: SdkModel }>,
) {
  return (parameters: Fields): PreparedRequest => {
    const request = new Request(sdkSpelling(parameters));
    if (!isDeepStrictEqual(request.toMap(), parameters)) {
      throw new TypeError(
        `${Request.name} cannot carry exactly the parameters ${Object.keys(parameters).join(', ')}: ` +
          'use the names and types of the API page',
      );
    }
    return async (endpoint, credentials, timeoutMs) => {
      const response = await send(connect(endpoint, credentials, timeoutMs), request);
      return response.body?.toMap() ?? {};
    };
  };
}

/** The SDK's models spell every name with a small first letter and give the API's spelling back. */
function sdkSpelling(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name.charAt(0).toLowerCase() + name.slice(1),
      Array.isArray(value)
        ? value.map((entry) => (typeof entry === 'object' ? sdkSpelling(entry) : entry))
        : value,
    ]),
  );
}

/**
 * A client for one attempt (7 µs to make; the connections below are pooled). The SDK uses the connect
 * timeout as the socket's idle timeout as well, so that a shorter one would cut off slow answers: both
 * get the same value. Its own retries stay off, and the user agent is set because it would come from the
 * environment otherwise.
 */
function connect(endpoint: Endpoint, credentials: Credentials, timeoutMs: number): Client {
  const config = new Config({
    accessKeyId: credentials.accessKeyId,
    accessKeySecret: credentials.accessKeySecret,
    regionId: endpoint.regionId,
    protocol: endpoint.protocol,
    readTimeout: timeoutMs,
    connectTimeout: timeoutMs,
    userAgent: 'palisade',
  });
  if (credentials.securityToken) config.securityToken = credentials.securityToken;
  if (endpoint.host !== undefined) config.endpoint = endpoint.host;
  return new Client(config);
}
