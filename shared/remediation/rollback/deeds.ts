import { isDeepStrictEqual } from 'node:util';
import { type ModifyCall, modifyCall, type RepairCall } from '../../ecs';
import {
  type Direction,
  describeRule,
  type Place,
  parseRule,
  placeName,
  placeOf,
  type Rule,
  ruleIdentity,
  type SecurityGroupId,
} from '../../security-group';
import { isAmong, shows } from '../act';
import { type RecordedGroup, type RecordedRun, RollbackError } from './recorded-run';

/** A rule that a run added, or may have added. */
export interface AddedRule {
  readonly rule: Rule;
  /** Its ids, where a read right after the call showed it; none: it is known by what it says only. */
  readonly ids: ReadonlySet<string>;
}

/** A description that a run wrote, or may have written. */
export interface WrittenDescription {
  /** The rule as it was before. */
  readonly rule: Rule;
  /** What was written, by one attempt after the other. */
  readonly texts: ReadonlySet<string>;
}

/** What a run did to one group, all its attempts together. */
export interface Deeds extends Place {
  readonly runId: string;
  readonly id: SecurityGroupId;
  readonly name: string;
  readonly added: readonly AddedRule[];
  readonly written: readonly WrittenDescription[];
  /** When the run first came to the group, and when it last said something about it; milliseconds since 1970. */
  readonly begun: number;
  readonly lastWritten: number;
  /** Calls of which no read has shown yet that they had an effect. */
  readonly unseen: readonly RepairCall[];
  /** What enforced policies held against the group when the run began. */
  readonly findings: RecordedGroup['findings'];
}

/** Rules are told apart by id, where reads give one. */
export function keyOf(rule: Rule): string {
  return rule.id ?? ruleIdentity(rule);
}

/** Which way the rules of a call go. */
export function directionOf({ action }: RepairCall): Direction {
  return action.includes('Egress') ? 'egress' : 'ingress';
}

/**
 * What a run did to each group. A rule that was there when the run first came to the group was not added
 * by it, even where it asked for the same. Throws RollbackError for records that contradict themselves.
 */
export function deedsOf(run: RecordedRun): Deeds[] {
  const byGroup = new Map<string, RecordedGroup[]>();
  for (const group of run.groups) {
    const name = `${placeName(group)}/${group.id}`;
    byGroup.set(name, [...(byGroup.get(name) ?? []), group]);
  }
  return [...byGroup.values()]
    .map((attempts) => deedsAt(run.runId, attempts))
    .filter(({ added, written }) => added.length + written.length > 0);
}

function deedsAt(runId: string, attempts: readonly RecordedGroup[]): Deeds {
  const [first] = attempts;
  if (!first) throw new RangeError('a group without an attempt');
  const added = new Map<string, { rule: Rule; ids: Set<string> }>();
  const written = new Map<string, { rule: Rule; texts: Set<string> }>();
  const unseen: RepairCall[] = [];
  for (const { calls, before, after = [] } of attempts) {
    for (const { call, certainty } of calls) {
      if (certainty === 'not-sent') continue;
      const isSeen = certainty === 'done' && shows(after, [call]);
      if (!isSeen && certainty !== 'refused') unseen.push(call);
      switch (call.action) {
        case 'AuthorizeSecurityGroup':
        case 'AuthorizeSecurityGroupEgress':
          for (const permission of call.parameters.Permissions) {
            const rule = parseRule({ Direction: directionOf(call), ...permission });
            if (isAmong(first.before, rule)) continue;
            const identity = ruleIdentity(rule);
            const { ids } = added.get(identity) ?? { ids: new Set() };
            if (certainty === 'done') {
              for (const seen of after) if (seen.id && isSame(seen, rule)) ids.add(seen.id);
            }
            added.set(identity, { rule, ids });
          }
          break;
        case 'ModifySecurityGroupRule':
        case 'ModifySecurityGroupEgressRule': {
          if (certainty === 'refused') break;
          const rule = before.find((each) => isAbout(call, each));
          if (!rule) throw contradiction(runId, first, 'it describes a rule that was not there');
          const { rule: original, texts } = written.get(keyOf(rule)) ?? { rule, texts: new Set() };
          texts.add(call.parameters.Description);
          written.set(keyOf(rule), { rule: original, texts });
          break;
        }
        default:
          call satisfies never;
      }
    }
  }
  return {
    runId,
    ...placeOf(first),
    id: first.id,
    name: first.name,
    added: [...added.values()],
    written: [...written.values()],
    begun: first.begun,
    lastWritten: Math.max(...attempts.map((attempt) => attempt.written)),
    unseen,
    findings: first.findings,
  };
}

/** Whether two rules say the same and are described the same. */
export function isSame(one: Rule, other: Rule): boolean {
  return ruleIdentity(one) === ruleIdentity(other) && one.description === other.description;
}

/** Whether a call describes this rule: it then is the call that would be made for it. */
export function isAbout(call: ModifyCall, rule: Rule): boolean {
  const { regionId, securityGroupId, parameters } = call;
  if (rule.direction !== directionOf(call)) return false;
  const { permission, direction } = rule;
  const made = modifyCall(direction, regionId, securityGroupId, permission, parameters.Description);
  return isDeepStrictEqual(made.parameters, parameters);
}

function contradiction(runId: string, { id }: RecordedGroup, cause: string): RollbackError {
  return new RollbackError(
    `the records of run ${runId} contradict themselves about ${id} (${cause}), so that nothing is taken ` +
      'back: "palisade evidence verify" tells what was altered; take the changes back by hand',
  );
}

/** A rule for people, by its id where it has one. */
export function nameOf(rule: Rule): string {
  return rule.id ? `${rule.id} (${describeRule(rule)})` : describeRule(rule);
}
