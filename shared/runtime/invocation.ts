import { accountsOf, checkOwnAccount, clientsOf, type MemberCredentials } from '../accounts';
import type { EcsClients } from '../ecs';
import { openRecordStore, type RecordStore, RecordStoreError } from '../evidence';
import { createFunctionCaller } from '../fc';
import { accountTargets, inScope, memberAccounts, type PolicySet, regionInScope } from '../policy';
import {
  type HandOver,
  handOver,
  type Listing,
  limitsOfFew,
  listGroups,
  type Run,
  type RunLimits,
  type RunResult,
  type Surroundings,
} from '../remediation';
import type { FunctionContext } from './context';
import { createLogger, type Logger } from './logger';
import { reportRun } from './report-run';
import { readSettings, type Settings } from './settings';
import { readStopSwitch } from './stop-switch';
import { noteHandedOver, tellOf, tellOfLostRuns } from './tell';

/** Kept back from the function's timeout for the last record and for telling of the run. */
const RESERVE_MS = 10_000;

/** What a function works with during one invocation. */
export interface Invocation {
  readonly settings: Settings;
  readonly log: Logger;
  readonly records: RecordStore;
  readonly ecs: EcsClients;
  readonly surroundings: Surroundings & { readonly records: RecordStore };
  /**
   * Lists the groups that policies are about, in the accounts and regions that are looked after. Throws
   * EcsError when the regions of the own account are all there is to list, and cannot be.
   */
  listInScope(policies: PolicySet): Promise<Listing>;
  /** The limits of a run over a few of these groups. Throws EcsError and RecordStoreError. */
  limitsOfFew(policies: PolicySet): Promise<RunLimits>;
  /** Logs what became of a run, with `message`, and tells of it whoever is to be told. Never throws. */
  report(run: Run, result: RunResult, message: string): Promise<void>;
  /** Tells of earlier runs of which a part got lost. Never throws. */
  tellOfLostRuns(): Promise<void>;
  /**
   * Gives a run to the enforce function, shard by shard; what failed is in the result. Throws
   * RecordStoreError.
   */
  handOver(run: Run): Promise<HandOver>;
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
): Invocation {
  const settings = readSettings(environment);
  checkOwnAccount(deployed, context.accountId);
  const log = createLogger(settings.logLevel, { requestId: context.requestId, ...bindings });
  const deadline = Date.now() + Math.max(context.function.timeout * 1000 - RESERVE_MS, 1000);
  const credentials = async () => credentialsOf(context);
  const records = recordsOf(settings, context);
  const listInScope = async (policies: PolicySet) => {
    const listing = await listGroups(ecs, {
      accountIds: accountTargets(policies),
      regionIds: settings.regionIds,
      isWanted: (regionId, accountId) => regionInScope(policies, regionId, accountId),
    });
    return { ...listing, groups: listing.groups.filter((group) => inScope(policies, group)) };
  };
  const ecs = clientsOf(credentials, membersOf(deployed, settings, context), {
    deadline,
    ...(settings.ecsEndpoint === undefined ? {} : { endpoint: settings.ecsEndpoint }),
    onCall: (call) => log.debug({ call }, 'ECS call'),
  });
  return {
    settings,
    log,
    records,
    ecs,
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
        const { groups, unlisted } = await listInScope(policies);
        // Fewer groups make a percentage stricter: another account that fails must not stop this one.
        const first = unlisted.find(({ accountId }) => accountId === undefined);
        if (first) throw new Error(`the groups cannot be counted: ${first.reason}`);
        return groups.length;
      }),
    async report(run, result, message) {
      const runLog = 'runId' in bindings ? log : log.child({ runId: run.runId, part: run.part });
      reportRun(runLog, result, message);
      await tellOf(run, result, { settings, records, log: runLog, now: Date.now });
    },
    tellOfLostRuns: () => tellOfLostRuns({ settings, records, log, now: Date.now }),
    async handOver(run) {
      const caller = createFunctionCaller({
        accountId: context.accountId,
        regionId: context.region,
        credentials: credentialsOf(context),
        ...(settings.serviceName === undefined ? {} : { serviceName: settings.serviceName }),
        ...(settings.functionComputeEndpoint === undefined
          ? {}
          : { endpoint: settings.functionComputeEndpoint }),
      });
      const handedOver = await handOver(
        run,
        (payload, taskId) => caller.callAsync(settings.enforceFunction, payload, taskId),
        ({ part, groups }, accepted) => {
          if (accepted instanceof Error) {
            log.error({ part, reason: accepted.message }, 'shard not handed over');
          } else log.info({ part, groups: groups.length, accepted }, 'shard handed over');
        },
      );
      await noteHandedOver(run, handedOver.shards, { records, now: Date.now });
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
