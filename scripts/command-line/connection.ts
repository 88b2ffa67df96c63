import { accountsOf, checkOwnAccount, clientsOf, readOwnAccount } from '../../shared/accounts';
import { type CredentialsProvider, type EcsClients, parseEndpoint } from '../../shared/ecs';
import { accountTargets, memberAccounts, ownEntry, type PolicySet } from '../../shared/policy';
import { type Listing, listGroups, type Selection, unlistedName } from '../../shared/remediation';
import { readSettings } from '../../shared/runtime';
import { type AccountId, parseRegionId } from '../../shared/security-group';

/** Options of every command that talks to ECS. */
export interface ConnectionOptions {
  /** Regions to look at; none: every region of the account. */
  readonly region: readonly string[];
  /** `host:port` or a URL, instead of the region's public endpoint. */
  readonly endpoint?: string;
}

/**
 * Clients for the account that the environment names and, through their roles, for the others that the
 * policies name. Throws an Error if the environment names none, or another one than the policies take for it.
 */
export async function connect(
  { endpoint }: ConnectionOptions,
  policies?: PolicySet,
): Promise<EcsClients> {
  const own = await findCredentials();
  const sts = { own, endpoint: stsEndpointOf(endpoint) };
  if (policies?.accounts) checkOwnAccount(policies, await readOwnAccount(sts));
  const members = accountsOf({ ...sts, accounts: policies ? memberAccounts(policies) : [] });
  return clientsOf(own, members, endpoint === undefined ? {} : { endpoint });
}

/** The account whose credentials the environment names. Throws an Error if it cannot be found out. */
export async function ownAccount({
  endpoint,
}: Pick<ConnectionOptions, 'endpoint'>): Promise<string> {
  return readOwnAccount({ own: await findCredentials(), endpoint: stsEndpointOf(endpoint) });
}

/** What PALISADE_STS_ENDPOINT says; otherwise a local cloud, which is reached without TLS, has STS too. */
function stsEndpointOf(ecsEndpoint: string | undefined): string | undefined {
  const { stsEndpoint } = readSettings(process.env);
  if (stsEndpoint !== undefined) return stsEndpoint;
  const { host = '', protocol } = parseEndpoint(ANY_REGION, ecsEndpoint);
  return protocol === 'HTTP' && !/\.aliyuncs\.com(:\d+)?$/i.test(host) ? ecsEndpoint : undefined;
}

const ANY_REGION = parseRegionId('cn-hangzhou');

/** The accounts to look at: those of the policies, or of these the ones that are asked for by their ids. */
export function accountsAsked(
  policies: PolicySet | undefined,
  asked: readonly string[],
): readonly (AccountId | undefined)[] {
  const all = policies ? accountTargets(policies) : [undefined];
  if (asked.length === 0) return all;
  const known = policies?.accounts ?? [];
  const strange = asked.find((id) => !known.some((account) => account.id === id));
  if (strange !== undefined) {
    throw new Error(
      `account ${strange} is not among accounts of the policy file: add it there, or leave --account out`,
    );
  }
  const own = policies && ownEntry(policies)?.id;
  return all.filter((id) => asked.includes(id ?? own ?? ''));
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
  const isListed = listing.places.some(
    ({ accountId, regionId }) =>
      !listing.unlisted.some(
        (one) => one.accountId === accountId && (one.regionId ?? regionId) === regionId,
      ),
  );
  if (first && !isListed) {
    throw new Error(`no region could be listed; ${unlistedName(first)}: ${first.reason}`);
  }
  return listing;
}

/** The usual chain: environment variables, then the shared credential files, then an instance's role. */
export async function findCredentials(): Promise<CredentialsProvider> {
  return (await locateCredentials()).provider;
}

/** The same, with where they were found. */
export async function locateCredentials(): Promise<{
  readonly provider: CredentialsProvider;
  readonly from: string;
}> {
  const {
    ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret,
    ALIBABA_CLOUD_SECURITY_TOKEN: securityToken,
  } = process.env;
  if (accessKeyId && accessKeySecret) {
    const given = { accessKeyId, accessKeySecret, ...(securityToken ? { securityToken } : {}) };
    return { provider: async () => given, from: 'environment variables' };
  }
  const { credentialChain } = await import('./credential-chain');
  try {
    // The chain renews temporary credentials by itself; asking once now tells whether there are any.
    const provider = credentialChain();
    const { from = 'default' } = await provider();
    return { provider, from: `the credential chain (${from})` };
  } catch {
    // What the chain says may quote what it read.
    throw new Error(
      'no credentials: set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET ' +
        '(and ALIBABA_CLOUD_SECURITY_TOKEN for temporary ones), or make a profile in ~/.alibabacloud/credentials',
    );
  }
}
