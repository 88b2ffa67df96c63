import { type CredentialsProvider, createEcsClient, type EcsClient } from '../../shared/ecs';
import { mapConcurrently } from '../../shared/remediation';
import {
  parseRegionId,
  type RegionId,
  type SecurityGroupSummary,
} from '../../shared/security-group';

/** Options of every command that talks to ECS. */
export interface ConnectionOptions {
  /** Regions to look at; none: every region of the account. */
  readonly region: readonly string[];
  /** `host:port` or a URL, instead of the region's public endpoint. */
  readonly endpoint?: string;
}

/** Regions listed at the same time. */
const CONCURRENCY = 8;
/** Where the list of regions is asked for; any region answers for all. */
const FIRST_REGION = parseRegionId('cn-hangzhou');

/** Clients for the account that the environment names. Throws an Error if it names none. */
export async function connect(
  options: ConnectionOptions,
): Promise<(regionId: RegionId) => EcsClient> {
  const credentials = await findCredentials();
  return (regionId) =>
    createEcsClient({
      regionId,
      credentials,
      ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    });
}

/** The groups of the regions asked for, and the regions that could not be listed. */
export interface Listing {
  readonly groups: readonly SecurityGroupSummary[];
  readonly unlisted: readonly { readonly regionId: RegionId; readonly reason: string }[];
}

/** Which of the regions and groups of an account are wanted; every one by default. */
export interface Selection {
  readonly isWanted?: (regionId: RegionId) => boolean;
  readonly securityGroupIds?: readonly string[];
}

/** Lists the groups of every region asked for. Throws when not one region could be listed. */
export async function listGroups(
  ecs: (regionId: RegionId) => EcsClient,
  options: ConnectionOptions,
  { isWanted = () => true, securityGroupIds }: Selection,
): Promise<Listing> {
  const known =
    options.region.length > 0
      ? options.region.map(parseRegionId)
      : await ecs(FIRST_REGION).describeRegions();
  const regionIds = [...new Set(known)].filter(isWanted);
  const unlisted: { regionId: RegionId; reason: string }[] = [];
  const groups = await mapConcurrently(regionIds, CONCURRENCY, async (regionId) => {
    try {
      return await ecs(regionId).listSecurityGroups(securityGroupIds && { securityGroupIds });
    } catch (error) {
      unlisted.push({ regionId, reason: (error as Error).message });
      return [];
    }
  });
  const [first] = unlisted;
  if (first && unlisted.length === regionIds.length) {
    throw new Error(`no region could be listed; ${first.regionId}: ${first.reason}`);
  }
  return { groups: groups.flat(), unlisted };
}

/** The usual chain: environment variables, then the shared credential files, then an instance's role. */
async function findCredentials(): Promise<CredentialsProvider> {
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
