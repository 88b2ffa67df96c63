import { accountsOf, checkOwnAccount, clientsOf, type MemberCredentials } from '../accounts';
import type { EcsClients } from '../ecs';
import { openRecordStore, type RecordStore, RecordStoreError } from '../evidence';
import { createFunctionCaller, type FunctionCaller } from '../fc';
import { accountTargets, inScope, memberAccounts, type PolicySet, regionInScope } from '../policy';
import {
  type CutShard,
  cutIntoShards,
  type HandOver,
  handOver,
  inOrder,
  type KeptListing,
  limitsOfFew,
  listPlaces,
  type Run,
  type RunLimits,
  type RunResult,
  type RunToCut,
  type Surroundings,
  type Times,
  WHOLE,
} from '../remediation';
import { noteHandedOver, notePlan, type Plan, planOf } from '../runs';
import type { SecurityGroupSummary } from '../security-group';
import type { FunctionContext } from './context';
import { createLogger, type Logger } from './logger';
import { reportRun } from './report-run';
import { readSettings, type Settings } from './settings';
import { readStopSwitch } from './stop-switch';
import { closeAfter, closeLostRuns, tellOf } from './tell';
import { timesOf } from './times';

/** What a function works with during one invocation. */
export interface Invocation {
  readonly settings: Settings;
  readonly log: Logger;
  readonly records: RecordStore;
  readonly ecs: EcsClients;
  readonly surroundings: Surroundings & { readonly records: RecordStore };
  /**
   * Lists the groups that policies are about, in the accounts and regions that are looked after, and keeps
   * of each place what `keep` makes of them. Throws EcsError when the regions of the own account are all
   * there is to list, and cannot be.
   */
  listInScope<Kept>(
    policies: PolicySet,
    keep: (groups: readonly SecurityGroupSummary[]) => Kept,
  ): Promise<KeptListing<Kept>>;
  /** The limits of a run over a few of these groups. Throws EcsError and RecordStoreError. */
  limitsOfFew(policies: PolicySet): Promise<RunLimits>;
  /** Logs what became of a run, with `message`, and tells of it whoever is to be told. Never throws. */
  report(run: Run, result: RunResult, message: string): Promise<void>;
  /** Until when the function may begin with another group, so that it comes to its end in time. */
  readonly times: Times;
  /** Closes a run that was cut into parts, if this was the last of them. Throws RecordStoreError. */
  closeAfter(part: string, runId: string): Promise<void>;
  /** Closes earlier runs of which a part got lost. Never throws. */
  closeLostRuns(): Promise<void>;
  /** Queues one call of a function, once for each task id. Throws FunctionCallError. */
  callAsync: FunctionCaller['callAsync'];
  /** Cuts groups of a run, all of some places, into shards. Throws RangeError for one that is too large. */
  cut(run: RunToCut, groups: readonly SecurityGroupSummary[]): CutShard[];
  /**
   * Gives the shards of a run, which `cut` gave, to the enforce function; what failed is in the result.
   * `unlisted` is what could not be listed for it. Throws RecordStoreError.
   */
  handOver(
    run: Omit<Run, 'groups'>,
    shards: readonly CutShard[],
    unlisted?: Plan['unlisted'],
  ): Promise<HandOver>;
}

/** What an invocation is given besides its context and environment. */
export interface InvocationOptions {
  /** Most calls of one API in a second. Default: any number. */
  readonly callsPerSecond?: number;
}

/**
 * Prepares an invocation from the platform's context and the environment; `bindings` are on every line of
 * the log. Nothing is called or checked yet but the settings: a role or a record store that is missing is
 * missed when it is used. Throws an Error that names the variable that is wrong, or says that the policies
 * take another account for the own one.
 */
export function startInvocation(
  context: FunctionContext,
  environment: Readonly<Record<string, string | undefined>>,
  deployed: PolicySet,
  bindings: Readonly<Record<string, string>> = {},
  { callsPerSecond }: InvocationOptions = {},
): Invocation {
  const settings = readSettings(environment);
  checkOwnAccount(deployed, context.accountId);
  const log = createLogger(settings.logLevel, { requestId: context.requestId, ...bindings });
  const times = timesOf(context.function.timeout, Date.now());
  const credentials = async () => credentialsOf(context);
  const records = recordsOf(settings, context);
  const listInScope: Invocation['listInScope'] = (policies, keep) =>
    listPlaces(
      ecs,
      {
        accountIds: accountTargets(policies),
        regionIds: settings.regionIds,
        isWanted: (regionId, accountId) => regionInScope(policies, regionId, accountId),
      },
      (groups) => keep(groups.filter((group) => inScope(policies, group))),
    );
  const ecs = clientsOf(credentials, membersOf(deployed, settings, context), {
    deadline: times.callsUntil,
    ...(callsPerSecond === undefined ? {} : { callsPerSecond }),
    ...(settings.ecsEndpoint === undefined ? {} : { endpoint: settings.ecsEndpoint }),
    onCall: (call) => log.debug({ call }, 'ECS call'),
  });
  const telling = { settings, records, log, now: Date.now };
  const callAsync: FunctionCaller['callAsync'] = (...call) =>
    createFunctionCaller({
      accountId: context.accountId,
      regionId: context.region,
      credentials: credentialsOf(context),
      ...(settings.serviceName === undefined ? {} : { serviceName: settings.serviceName }),
      ...(settings.functionComputeEndpoint === undefined
        ? {}
        : { endpoint: settings.functionComputeEndpoint }),
    }).callAsync(...call);
  return {
    settings,
    log,
    records,
    ecs,
    times,
    surroundings: {
      ecs,
      records,
      holder: context.requestId,
      now: Date.now,
      sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      stop: () => readStopSwitch(settings.stop, records),
    },
    listInScope,
    limitsOfFew: (policies) =>
      limitsOfFew(records, policies, Date.now(), async () => {
        const { kept, unlisted } = await listInScope(policies, (groups) => groups.length);
        // Fewer groups make a percentage stricter: another account that fails must not stop this one.
        const first = unlisted.find(({ accountId }) => accountId === undefined);
        if (first) throw new Error(`the groups cannot be counted: ${first.reason}`);
        return kept.reduce((sum, count) => sum + count, 0);
      }),
    async report(run, result, message) {
      const runLog = 'runId' in bindings ? log : log.child({ runId: run.runId, part: run.part });
      reportRun(runLog, result, message);
      if (run.part === WHOLE) await tellOf(run, result, { ...telling, log: runLog });
    },
    closeAfter: (part, runId) => closeAfter(part, runId, telling),
    closeLostRuns: () => closeLostRuns(telling),
    callAsync,
    cut: (run, groups) => cutIntoShards(run, groups, settings.callsPerSecond),
    async handOver(run, cutShards, unlisted = []) {
      const shards = inOrder(cutShards);
      const plan = planOf(run, shards, unlisted, Date.now());
      if (plan) {
        await notePlan(records, plan);
        await noteHandedOver(records, run.runId, shards.length, Date.now());
      }
      const handedOver = await handOver(
        run,
        shards,
        (payload, taskId) => callAsync(settings.enforceFunction, payload, taskId),
        ({ part, groupCount }, accepted) => {
          if (accepted instanceof Error) {
            log.error({ part, reason: accepted.message }, 'shard not handed over');
          } else log.info({ part, groups: groupCount, accepted }, 'shard handed over');
        },
      );
      // All of them may have ended before an earlier attempt at this was complete.
      if (handedOver.started === 0) await closeAfter('hand-over', run.runId, telling);
      return handedOver;
    },
  };
}

/** The store that this instance has open, and the invocation whose credentials it is used with. */
let open:
  | { readonly location: string; readonly store: RecordStore; context: FunctionContext }
  | undefined;

/**
 * The store of the settings, kept from one invocation to the next with its connections and what is known of
 * its chain: an instance serves one invocation at a time. A store that is not configured fails when it is
 * used, as one does that cannot be reached.
 */
function recordsOf({ records, ossEndpoint }: Settings, context: FunctionContext): RecordStore {
  if (records !== undefined) {
    if (open?.location === records) {
      open.context = context;
      return open.store;
    }
    const store = openRecordStore(records, {
      region: context.region,
      internal: true,
      ...(ossEndpoint === undefined ? {} : { endpoint: ossEndpoint }),
      credentials: async () => credentialsOf(open?.context ?? context),
    });
    open = { location: records, store, context };
    return store;
  }
  const fail = async () => {
    throw new RecordStoreError(
      'PALISADE_RECORDS is not set: name the bucket (oss://BUCKET) or the folder that records are written to',
    );
  };
  return { putIfAbsent: fail, get: fail, list: fail };
}

/** The sessions in other accounts that this instance has, and the invocation whose credentials they are got with. */
let assumed:
  | { readonly key: string; readonly members: MemberCredentials; context: FunctionContext }
  | undefined;

/** Kept from one invocation to the next, so that an instance assumes each role once an hour. */
function membersOf(
  deployed: PolicySet,
  { stsEndpoint }: Settings,
  context: FunctionContext,
): MemberCredentials {
  const key = `${deployed.digest} ${stsEndpoint}`;
  if (assumed?.key === key) {
    assumed.context = context;
    return assumed.members;
  }
  const members = accountsOf({
    accounts: memberAccounts(deployed),
    own: async () => credentialsOf(assumed?.context ?? context),
    regionId: context.region,
    endpoint: stsEndpoint,
  });
  assumed = { key, members, context };
  return members;
}

/** The credentials of the function's role. Throws an Error if it has none. */
export function credentialsOf({ credentials }: FunctionContext) {
  if (!credentials?.accessKeyId) {
    throw new Error('the function has no role: give it one that may call ECS');
  }
  return credentials;
}
