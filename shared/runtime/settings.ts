import { FormatError, parseRegionId, type RegionId } from '../security-group';

/** What a deployment says through environment variables. */
export interface Settings {
  /** Regions to sweep; absent: every region that DescribeRegions lists. */
  readonly regionIds?: readonly RegionId[];
  /** Look and report, but change nothing. */
  readonly dryRun: boolean;
  /** The reason why nothing may be changed, while the stop switch is on. */
  readonly stop?: string;
  /** Where records are kept: a folder, or a bucket as `oss://BUCKET/PREFIX`. */
  readonly records?: string;
  /** Name of the RAM role that the functions run as, by which their own changes are recognized. */
  readonly roleName?: string;
  /** What requests to the webhook are signed with; several while one replaces another. */
  readonly webhookSecrets?: string;
  /** Whom to tell of runs that changed or failed something; the addresses are secrets. */
  readonly notices?: string;
  /** Authentic requests that the webhook answers in a minute. */
  readonly webhookRequestsPerMinute: number;
  /** Calls of one API that a run may make in a second in one region of one account. */
  readonly callsPerSecond: number;
  /** Name of the function that repairs a shard. */
  readonly enforceFunction: string;
  /** Name of the FC 2.0 service that holds the functions; absent: FC 3.0. */
  readonly serviceName?: string;
  readonly ecsEndpoint?: string;
  readonly stsEndpoint?: string;
  readonly functionComputeEndpoint?: string;
  readonly ossEndpoint?: string;
  readonly logLevel: LogLevel;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Reads the settings. Throws an Error that names the variable and what to write. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const text = (name: string) => environment[name]?.trim() || undefined;
  const optional = <Key extends keyof Settings>(key: Key, value: Settings[Key] | undefined) =>
    (value === undefined ? {} : { [key]: value }) as Pick<Settings, Key> | Record<string, never>;

  const regions = text('PALISADE_REGIONS');
  const stop = text('PALISADE_STOP');
  return {
    ...(regions === undefined || regions === '*'
      ? {}
      : { regionIds: readRegions('PALISADE_REGIONS', regions) }),
    dryRun: isOn('PALISADE_DRY_RUN', text('PALISADE_DRY_RUN')),
    ...(isOn('PALISADE_STOP', stop)
      ? { stop: 'the stop switch is on (PALISADE_STOP); set it to false to go on' }
      : {}),
    ...optional('records', text('PALISADE_RECORDS')),
    ...optional('roleName', roleNameOf(text('PALISADE_ROLE'))),
    ...optional('notices', text('PALISADE_NOTICES')),
    ...optional('webhookSecrets', text('PALISADE_WEBHOOK_SECRETS')),
    enforceFunction: text('PALISADE_ENFORCE_FUNCTION') ?? 'palisade-enforce',
    ...optional('serviceName', text('PALISADE_FC_SERVICE')),
    ...optional('ecsEndpoint', text('PALISADE_ECS_ENDPOINT')),
    ...optional('stsEndpoint', text('PALISADE_STS_ENDPOINT')),
    webhookRequestsPerMinute: readCount(
      'PALISADE_WEBHOOK_REQUESTS_PER_MINUTE',
      text('PALISADE_WEBHOOK_REQUESTS_PER_MINUTE') ?? '60',
    ),
    callsPerSecond: readCount(
      'PALISADE_CALLS_PER_SECOND',
      text('PALISADE_CALLS_PER_SECOND') ?? '10',
    ),
    ...optional('functionComputeEndpoint', text('PALISADE_FC_ENDPOINT')),
    ...optional('ossEndpoint', text('PALISADE_OSS_ENDPOINT')),
    logLevel: readLogLevel('PALISADE_LOG_LEVEL', text('PALISADE_LOG_LEVEL') ?? 'info'),
  };
}

/** A role may be given by its name or by its ARN, `acs:ram::ACCOUNT:role/NAME`. */
function roleNameOf(role: string | undefined): string | undefined {
  return role?.slice(role.lastIndexOf('/') + 1) || undefined;
}

function isOn(name: string, value: string | undefined): boolean {
  if (value === undefined || /^(false|off|no|0)$/i.test(value)) return false;
  if (/^(true|on|yes|1)$/i.test(value)) return true;
  throw new Error(`${name} is "${value}": write true or false`);
}

function readCount(name: string, value: string): number {
  if (!/^[1-9]\d{0,5}$/.test(value)) {
    throw new Error(`${name} is "${value}": write a whole number from 1 to 999999`);
  }
  return Number(value);
}

function readRegions(name: string, value: string): RegionId[] {
  try {
    return value.split(',').map((region) => parseRegionId(region.trim()));
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new Error(`${name} is "${value}": ${error.message}; divide several by commas`);
  }
}

function readLogLevel(name: string, value: string): LogLevel {
  const level = LOG_LEVELS.find((each) => each === value.toLowerCase());
  if (level) return level;
  throw new Error(`${name} is "${value}": write ${LOG_LEVELS.join(', ')}`);
}
