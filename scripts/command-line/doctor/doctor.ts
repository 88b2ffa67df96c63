import { existsSync } from 'node:fs';
import type { Credentials } from '../../../shared/ecs';
import { parseEndpoint } from '../../../shared/ecs/endpoint';
import { parseRegionId } from '../../../shared/security-group';
import type { ConnectionOptions } from '../connection';
import { locateCredentials } from '../connection';
import { EXIT_CODES } from '../exit-code';
import { openRecords, type RecordOptions } from '../records';
import { beginCheck, type Check, ok, skipped } from './check';
import { checkClock } from './clock';
import { checkFunctions } from './functions';
import { checkNode, checkNotices, checkPolicy, settingsOf } from './here';
import { type CallerIdentity, getCallerIdentity } from './identity';
import { checkRecords, checkStopSwitch } from './record-place';
import { checkPermissions, checkRegions, type Survey, survey } from './regions';
import { printChecks } from './text';

/** Options of `doctor`. */
export interface DoctorOptions extends ConnectionOptions, RecordOptions {
  readonly policy?: string;
  /** Where the functions are; absent: they are not called. */
  readonly functionRegion?: string;
  /** Seconds that all of it may take. */
  readonly timeout: number;
  readonly json: boolean;
}

/** How long one answer is waited for. */
const MOST_PATIENCE_MS = 10_000;
const DEFAULT_POLICY = 'policy.yaml';
const FIRST_REGION = parseRegionId('cn-hangzhou');

/** Looks at all that a run needs, shows what is amiss and how to mend it. Gives the exit code. */
export async function doctor(options: DoctorOptions): Promise<number> {
  const results = await printChecks(beginChecks(options), options.json);
  return results.some(({ status }) => status === 'failed')
    ? EXIT_CODES.error
    : EXIT_CODES.compliant;
}

/** All checks, side by side; those that need the outcome of another wait for it. */
function beginChecks(options: DoctorOptions): Check[] {
  const deadline = Date.now() + options.timeout * 1000;
  const patienceMs = Math.min(options.timeout * 1000, MOST_PATIENCE_MS);
  const { settings, result: settingsResult } = settingsOf(process.env);
  const place = options.records ?? settings.records ?? 'out/records';
  const region = options.recordsRegion;
  const endpoint = options.endpoint ?? settings.ecsEndpoint;
  const check = (id: string, title: string, look: Parameters<typeof beginCheck>[3]) =>
    beginCheck(id, title, deadline, look);

  const located = locateCredentials();
  const credentials = located.then(({ provider }) => provider());
  const identity = located.then(({ provider }) =>
    getCallerIdentity(provider, stsOf(endpoint), patienceMs),
  );
  const seen = located.then(({ provider }) =>
    survey(options.region.length > 0 ? options.region.map(parseRegionId) : settings.regionIds, {
      credentials: provider,
      deadline,
      readTimeoutMs: patienceMs,
      maxAttempts: 3,
      ...(endpoint === undefined ? {} : { endpoint }),
    }),
  );
  const store = openRecords({ records: place, ...(region ? { recordsRegion: region } : {}) });
  // Each is awaited by a check; the one that rejects first must not end the process before.
  for (const promise of [located, credentials, identity, seen, store]) promise.catch(() => {});

  const policy = options.policy ?? (existsSync(DEFAULT_POLICY) ? DEFAULT_POLICY : undefined);
  return [
    check('node', 'Node.js', async () => checkNode(process.versions.node)),
    check('settings', 'settings', async () => settingsResult),
    check('policy', 'policy file', () => checkPolicy(policy, Date.now())),
    check('credentials', 'credentials', async () =>
      ok(`${masked(await credentials)}, from ${(await located).from}`),
    ),
    check('identity', 'identity', async () =>
      needing(credentials, async () => {
        const { accountId, arn } = await identity;
        return ok(`${arn}, account ${accountId}`, { accountId, arn });
      }),
    ),
    check('clock', 'clock', () => checkClock(urlOf(endpoint), Date.now, patienceMs)),
    check('permissions', 'permissions', () =>
      needing(credentials, async () => checkPermissions(await seen)),
    ),
    check('regions', 'regions', () => needing(credentials, async () => checkRegions(await seen))),
    check('records', 'record store', async () => checkRecords(place, await store)),
    check('stop-switch', 'stop switch', async () => checkStopSwitch(settings.stop, await store)),
    check('functions', 'functions', async () => {
      const { functionRegion } = options;
      if (functionRegion === undefined) {
        return skipped('not called: name their region with --function-region');
      }
      return needing(identity, async ({ accountId }) =>
        checkFunctions(parseRegionId(functionRegion), accountId, await credentials, settings),
      );
    }),
    check('notices', 'notices', async () => checkNotices(settings.notices)),
  ];
}

/** Looks once something else is there, whose own check says so if it is not. */
async function needing<Needed extends Credentials | CallerIdentity | Survey>(
  needed: Promise<Needed>,
  look: (needed: Needed) => Promise<Awaited<Check['result']>>,
): Promise<Awaited<Check['result']>> {
  let found: Needed;
  try {
    found = await needed;
  } catch {
    return skipped('needs credentials that are accepted');
  }
  return look(found);
}

/** An access key id with only enough of it to be told from others. */
function masked({ accessKeyId, securityToken }: Credentials): string {
  const shown =
    accessKeyId.length >= 12 ? `${accessKeyId.slice(0, 4)}…${accessKeyId.slice(-4)}` : '…';
  return `access key ${shown}${securityToken === undefined ? '' : ', temporary'}`;
}

const STS = { host: 'sts.aliyuncs.com', protocol: 'HTTPS' } as const;

/** Where STS is: next to an ECS that is not Alibaba Cloud's own, such as the local cloud. */
function stsOf(ecsEndpoint: string | undefined) {
  const { host, protocol } = parseEndpoint(FIRST_REGION, ecsEndpoint);
  return host === undefined || /\.aliyuncs\.com$/i.test(host) ? STS : { host, protocol };
}

/** Whom to ask for the time: where calls go. */
function urlOf(ecsEndpoint: string | undefined): string {
  const { host = STS.host, protocol } = parseEndpoint(FIRST_REGION, ecsEndpoint);
  return `${protocol.toLowerCase()}://${host}/`;
}
