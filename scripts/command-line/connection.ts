import { type CredentialsProvider, createEcsClient, type EcsClients } from '../../shared/ecs';
import { type Listing, listGroups, type Selection } from '../../shared/remediation';
import { parseRegionId } from '../../shared/security-group';

/** Options of every command that talks to ECS. */
export interface ConnectionOptions {
  /** Regions to look at; none: every region of the account. */
  readonly region: readonly string[];
  /** `host:port` or a URL, instead of the region's public endpoint. */
  readonly endpoint?: string;
}

/** Clients for the account that the environment names. Throws an Error if it names none. */
export async function connect(options: ConnectionOptions): Promise<EcsClients> {
  const credentials = await findCredentials();
  return ({ regionId }) =>
    createEcsClient({
      regionId,
      credentials,
      ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    });
}

/** The groups that the options ask for. Throws when not one region could be listed. */
export async function listAsked(
  ecs: EcsClients,
  options: ConnectionOptions,
  selection: Selection,
): Promise<Listing> {
  const regionIds = options.region.length > 0 ? options.region.map(parseRegionId) : undefined;
  const listing = await listGroups(ecs, { ...selection, regionIds });
  const [first] = listing.unlisted;
  if (first && listing.unlisted.length === listing.regionIds.length) {
    throw new Error(`no region could be listed; ${first.regionId}: ${first.reason}`);
  }
  return listing;
}

/** The usual chain: environment variables, then the shared credential files, then an instance's role. */
export async function findCredentials(): Promise<CredentialsProvider> {
  const {
    ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret,
    ALIBABA_CLOUD_SECURITY_TOKEN: securityToken,
  } = process.env;
  if (accessKeyId && accessKeySecret) {
    const given = { accessKeyId, accessKeySecret, ...(securityToken ? { securityToken } : {}) };
    return async () => given;
  }
  const { credentialChain } = await import('./credential-chain');
  try {
    // The chain renews temporary credentials by itself; asking once now tells whether there are any.
    const provider = credentialChain();
    await provider();
    return provider;
  } catch {
    // What the chain says may quote what it read.
    throw new Error(
      'no credentials: set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET ' +
        '(and ALIBABA_CLOUD_SECURITY_TOKEN for temporary ones), or make a profile in ~/.alibabacloud/credentials',
    );
  }
}
