import { clientToken, type NewPermission, type RepairCall } from '../../ecs';
import type { RecordStore } from '../../evidence';
import { readRun, type StoredRecord } from '../../evidence/read-runs';
import type { GroupRecord } from '../../evidence/record-schema';
import {
  FormatError,
  type Permission,
  type Place,
  parseAccountId,
  parseRegionId,
  parseRule,
  parseSecurityGroupId,
  type RegionId,
  type Rule,
  type SecurityGroupId,
} from '../../security-group';

/** A run that cannot be taken back. The message says why and what to do. */
export class RollbackError extends Error {
  override readonly name = 'RollbackError';
}

/**
 * What a record says of a call: it was made, it may have been made, it was refused, or it was not sent. A
 * refused batch of rules may have left some of them: the pages do not say that it leaves none.
 */
export type Certainty = 'done' | 'maybe' | 'refused' | 'not-sent';

/** Ids of rollbacks start with this. */
export const ROLLBACK = 'rollback-';

/** Whether a run is a rollback, by its id. */
export function isRollback(runId: string): boolean {
  return runId.startsWith(ROLLBACK);
}

/** What one attempt of a run did to a group. */
export interface RecordedGroup extends Place {
  readonly id: SecurityGroupId;
  readonly name: string;
  /** When the attempt began, in milliseconds since 1970. */
  readonly begun: number;
  /** When what the record says was written down. */
  readonly written: number;
  readonly calls: readonly { readonly call: RepairCall; readonly certainty: Certainty }[];
  readonly before: readonly Rule[];
  /** Absent: the group was not read afterwards. */
  readonly after?: readonly Rule[];
  /** What enforced policies held against it. */
  readonly findings: GroupRecord['findingsBefore'];
}

/** What is recorded of a run, all its parts and attempts together. */
export interface RecordedRun {
  readonly runId: string;
  readonly policyDigest: string;
  /** What attempts did to groups, in the order in which they began. Groups without a call are left out. */
  readonly groups: readonly RecordedGroup[];
  /** Parts whose last attempt has not said what became of it: it has died or is still at work. */
  readonly interrupted: readonly string[];
}

/**
 * Reads what a run did from its records. An attempt without an outcome may have made every call that it
 * announced. Throws RollbackError if there is no such run, or if its records do not fit together: then
 * nothing can be said about what it did. Throws RecordStoreError.
 */
export async function readRecordedRun(records: RecordStore, runId: string): Promise<RecordedRun> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(runId)) {
    throw new RollbackError(
      `"${runId}" is not the id of a run: "palisade evidence list" shows them`,
    );
  }
  if (isRollback(runId)) {
    throw new RollbackError(
      `${runId} is itself a rollback: "palisade apply" repairs again what it took back`,
    );
  }
  const stored = await readRun(records, runId);
  const [first] = stored;
  if (!first) {
    throw new RollbackError(
      `there is no record of a run ${runId} in this place: "palisade evidence list" shows the runs, and --records names the place`,
    );
  }
  const attempts = new Map<string, { intent?: StoredRecord; outcome?: StoredRecord }>();
  for (const one of stored) {
    const { key, part, attempt, step, record } = one;
    if (record.runId !== runId || record.part !== part) throw altered(key, 'it names another run');
    const name = `${part} ${attempt}`;
    attempts.set(name, { ...attempts.get(name), [step]: one });
  }
  const lastOfPart = new Map<string, StoredRecord>();
  for (const one of stored) {
    const last = lastOfPart.get(one.part);
    const isLater = !last || one.attempt > last.attempt;
    if (isLater || (one.attempt === last.attempt && one.step === 'outcome')) {
      lastOfPart.set(one.part, one);
    }
  }
  return {
    runId,
    policyDigest: first.record.policyDigest,
    groups: [...attempts.values()]
      .flatMap(({ intent, outcome }) => groupsOf(intent, outcome))
      .sort((one, other) => one.begun - other.begun),
    interrupted: [...lastOfPart.values()]
      .filter(({ step, record }) => step === 'intent' && record.heldBack.length === 0)
      .map(({ part }) => part),
  };
}

function groupsOf(intent?: StoredRecord, outcome?: StoredRecord): RecordedGroup[] {
  const stored = outcome ?? intent;
  if (!stored) return [];
  const begun = Date.parse((intent ?? stored).record.time);
  const written = Date.parse(stored.record.time);
  // Only an intent that nothing held back leaves open what became of its calls.
  const isOpen = !outcome && stored.record.heldBack.length === 0 && !stored.record.dryRun;
  return stored.record.groups.flatMap((group): RecordedGroup[] => {
    if (group.calls.length === 0) return [];
    try {
      return [{ ...parseGroup(stored, group, isOpen), begun, written }];
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      throw altered(stored.key, `${group.securityGroupId}: ${error.message}`);
    }
  });
}

function parseGroup(
  { record: { trigger } }: StoredRecord,
  group: GroupRecord,
  isOpen: boolean,
): Omit<RecordedGroup, 'begun' | 'written'> {
  const regionId = parseRegionId(group.regionId);
  const id = parseSecurityGroupId(group.securityGroupId);
  const findings = group.findingsBefore.filter(({ mode }) => mode === 'enforce');
  if (!group.before) throw new FormatError('it has calls, but no rules from before them');
  if (findings.length === 0) throw new FormatError('it has calls, but no policy calls for them');
  return {
    regionId,
    ...(group.accountId === undefined ? {} : { accountId: parseAccountId(group.accountId) }),
    id,
    name: group.name,
    calls: group.calls.map(({ action, parameters, clientToken: token, outcome }) => {
      const call = parseCall(action, parameters, regionId, id);
      if (clientToken(trigger.id, call) !== token) {
        throw new FormatError(
          `a call of ${action} is not the one that its ClientToken was made for`,
        );
      }
      return { call, certainty: certaintyOf(outcome.status, isOpen) };
    }),
    before: group.before.map((rule) => parseRule(permissionOf(rule))),
    ...(group.after ? { after: group.after.map((rule) => parseRule(permissionOf(rule))) } : {}),
    findings,
  };
}

function certaintyOf(
  status: GroupRecord['calls'][number]['outcome']['status'],
  isOpen: boolean,
): Certainty {
  switch (status) {
    case 'done':
      return 'done';
    case 'unknown':
      return 'maybe';
    case 'failed':
      return 'refused';
    case 'not-sent':
      return isOpen ? 'maybe' : 'not-sent';
    default:
      return status satisfies never;
  }
}

function parseCall(
  action: string,
  parameters: Readonly<Record<string, unknown>>,
  regionId: RegionId,
  securityGroupId: SecurityGroupId,
): RepairCall {
  const { RegionId, SecurityGroupId } = parameters;
  if (RegionId !== regionId || SecurityGroupId !== securityGroupId) {
    throw new FormatError(`a call of ${action} is about another group`);
  }
  const target = { RegionId: regionId, SecurityGroupId: securityGroupId };
  switch (action) {
    case 'AuthorizeSecurityGroup':
    case 'AuthorizeSecurityGroupEgress': {
      const { Permissions } = parameters;
      if (!Array.isArray(Permissions)) throw new FormatError(`a call of ${action} adds no rules`);
      return {
        action,
        regionId,
        securityGroupId,
        parameters: { ...target, Permissions: Permissions.map(newPermissionOf) },
      };
    }
    case 'ModifySecurityGroupRule':
    case 'ModifySecurityGroupEgressRule': {
      const { Description } = parameters;
      if (typeof Description !== 'string') {
        throw new FormatError(`a call of ${action} has no description`);
      }
      const rule: Partial<NewPermission> = permissionOf(parameters) as Partial<NewPermission>;
      return {
        action,
        regionId,
        securityGroupId,
        parameters: { ...rule, ...target, Description },
      };
    }
    default:
      throw new FormatError(`"${action}" is not a call that repairs a group`);
  }
}

function newPermissionOf(fields: unknown): NewPermission {
  const permission = permissionOf(fields);
  if (permission.IpProtocol === undefined) throw new FormatError('a rule to add has no protocol');
  // Its values are judged by parseRule, like those of a rule that was read.
  return permission as NewPermission;
}

const NUMBERS = ['Priority', 'SourceGroupOwnerId', 'DestGroupOwnerId'];

/** The fields of a rule; their texts are left to parseRule. */
function permissionOf(fields: unknown): Permission {
  if (typeof fields !== 'object' || fields === null) throw new FormatError('a rule has no fields');
  for (const [name, value] of Object.entries(fields)) {
    const isNumber = typeof value === 'number' && NUMBERS.includes(name);
    if (typeof value !== 'string' && !isNumber) {
      throw new FormatError(`${name} of a rule is no text`);
    }
  }
  return fields;
}

function altered(key: string, cause: string): RollbackError {
  return new RollbackError(
    `the record ${key} does not hold together (${cause}), so that nothing is taken back: ` +
      '"palisade evidence verify" tells what was altered; take the changes back by hand',
  );
}
