import { createHash } from 'node:crypto';
import type {
  CallResult,
  GroupResult,
  ReportedFinding,
  Run,
  Totals,
  Trigger,
  Verdict,
} from '../remediation';
import { placeName, placeOf } from '../security-group';
import { oneLine } from './text';

/** A group that a notice names. Its name and the reason are other people's text. */
export interface NoticedGroup {
  readonly regionId: string;
  readonly accountId?: string;
  readonly securityGroupId: string;
  readonly name: string;
  readonly verdictBefore: Verdict;
  readonly verdict: Verdict;
  /** Rules added and descriptions changed. */
  readonly changes: number;
  /** Enforced policies that the group violated. */
  readonly policies: readonly string[];
  /** Why it is told of; absent for a change that went well. */
  readonly reason?: string;
}

/** The first of several items, and how many more there are. */
export interface Listed<Item> {
  readonly items: readonly Item[];
  readonly more: number;
}

/** Where to read more. An address that is not http or https is shown as text. */
export interface NoticeLink {
  readonly text: string;
  readonly url: string;
}

/** What a notice takes of a group: of a result, or of what a record keeps of one. */
export type ToldGroup = Pick<
  GroupResult,
  | 'regionId'
  | 'accountId'
  | 'securityGroupId'
  | 'name'
  | 'verdict'
  | 'verdictBefore'
  | 'changes'
  | 'unexpected'
  | 'heldBack'
  | 'tryAgain'
  | 'before'
> & {
  readonly calls: readonly Pick<CallResult, 'outcome'>[];
  readonly findings: readonly Pick<ReportedFinding, 'status' | 'message'>[];
  readonly findingsBefore: readonly Pick<ReportedFinding, 'status' | 'mode' | 'policyId'>[];
};

/** What a notice takes of a run; `groups` may leave out those that are plainly compliant. */
export interface ToldRun {
  readonly groups: readonly ToldGroup[];
  readonly heldBack: readonly string[];
  readonly totals: Totals;
}

/** What a run, or a part of one, has to tell; other people's text is on one line and not too long. */
export interface Notice {
  readonly runId: string;
  readonly part: string;
  readonly trigger: Trigger;
  readonly dryRun: boolean;
  readonly totals: Totals;
  /** Why the run changed nothing although changes were called for. */
  readonly heldBack: Listed<string>;
  /** Calls that failed, groups that could not be read, and changes that turned out otherwise. */
  readonly failedGroups: Listed<NoticedGroup>;
  /** Left as they are although the run went ahead. */
  readonly heldBackGroups: Listed<NoticedGroup>;
  readonly changedGroups: Listed<NoticedGroup>;
  /** Nothing failed, but what was read does not tell how they stand. */
  readonly unknownGroups: Listed<NoticedGroup>;
  readonly links: readonly NoticeLink[];
  /** The same for the same news, whoever tells them: another attempt may have more to tell. */
  readonly digest: string;
}

const MOST_LISTED = 20;
const MOST_POLICIES = 10;
const MOST_LINKS = 3;
/** A longer address is left out, because half of it leads nowhere. */
const LONGEST_ADDRESS = 1_000;
const LONGEST_REASON = 400;
const LONGEST_NAME = 100;

/**
 * What there is to tell about a run; undefined when it changed nothing, failed nothing and was not held
 * back. A group that was busy for the moment is no news, because the run is tried again.
 */
export function noticeOf(
  run: Pick<Run, 'runId' | 'part' | 'trigger' | 'dryRun'>,
  result: ToldRun,
  links: readonly NoticeLink[] = [],
): Notice | undefined {
  const { groups } = result;
  const changed = run.dryRun ? [] : groups.filter((group) => group.changes > 0);
  const failed = groups.filter((group) => failureOf(group) !== undefined);
  const heldBack = groups.filter((group) => group.heldBack !== undefined && !group.tryAgain);
  const unknown = groups.filter((group) => group.verdict === 'unknown' && !failed.includes(group));
  const news = [
    ...(result.heldBack.length > 0 ? ['held back'] : []),
    ...changed.map((group) => `changed ${keyOf(group)} ${group.changes}`),
    ...failed.map((group) => `failed ${keyOf(group)}`),
    ...heldBack.map((group) => `held back ${keyOf(group)}`),
  ];
  if (news.length === 0) return undefined;
  return {
    runId: run.runId,
    part: run.part,
    trigger: readable(run.trigger),
    dryRun: run.dryRun,
    totals: result.totals,
    heldBack: firstOf(result.heldBack.map((reason) => oneLine(reason, LONGEST_REASON))),
    failedGroups: firstOf(failed.map((group) => noticed(group, failureOf(group)))),
    heldBackGroups: firstOf(heldBack.map((group) => noticed(group, group.heldBack))),
    changedGroups: firstOf(changed.map((group) => noticed(group))),
    unknownGroups: firstOf(unknown.map((group) => noticed(group, uncertaintyOf(group)))),
    links: links
      .filter(({ url }) => url.length <= LONGEST_ADDRESS)
      .slice(0, MOST_LINKS)
      .map(({ text, url }) => ({ text: oneLine(text, LONGEST_NAME) || 'Link', url })),
    digest: createHash('sha256').update(news.sort().join('\n')).digest('hex').slice(0, 16),
  };
}

/** The same notice with fewer items in each of its lists. */
export function shorten(notice: Notice, most: number): Notice {
  const { heldBack, failedGroups, heldBackGroups, changedGroups, unknownGroups } = notice;
  return {
    ...notice,
    heldBack: keep(heldBack, most),
    failedGroups: keep(failedGroups, most),
    heldBackGroups: keep(heldBackGroups, most),
    changedGroups: keep(changedGroups, most),
    unknownGroups: keep(unknownGroups, most),
  };
}

/** How many items a list stands for. */
export function countOf({ items, more }: Listed<unknown>): number {
  return items.length + more;
}

function firstOf<Item>(items: readonly Item[]): Listed<Item> {
  return keep({ items, more: 0 }, MOST_LISTED);
}

function keep<Item>({ items, more }: Listed<Item>, most: number): Listed<Item> {
  return { items: items.slice(0, most), more: more + Math.max(items.length - most, 0) };
}

function keyOf(group: ToldGroup): string {
  return `${placeName(group)}/${group.securityGroupId}`;
}

function noticed(group: ToldGroup, reason?: string): NoticedGroup {
  const { securityGroupId, name, verdictBefore, verdict, changes } = group;
  const violated = group.findingsBefore.filter(
    ({ mode, status }) => mode === 'enforce' && status === 'violating',
  );
  return {
    ...placeOf(group),
    securityGroupId,
    name: oneLine(name, LONGEST_NAME),
    verdictBefore,
    verdict,
    changes,
    policies: [...new Set(violated.map(({ policyId }) => policyId))].slice(0, MOST_POLICIES),
    ...(reason === undefined ? {} : { reason: oneLine(reason, LONGEST_REASON) }),
  };
}

/** What went wrong at a group, in words; undefined if nothing did. */
function failureOf(group: ToldGroup): string | undefined {
  const causes = group.calls.flatMap(({ outcome }) =>
    outcome.status === 'failed' || outcome.status === 'unknown' ? [outcome.message] : [],
  );
  if (group.unexpected !== undefined) causes.push(group.unexpected);
  const isLost = group.verdict === 'unknown' && group.verdictBefore !== 'unknown';
  if (group.before === undefined || isLost) causes.push(uncertaintyOf(group));
  return causes.length === 0 ? undefined : [...new Set(causes)].join('; ');
}

function uncertaintyOf({ findings }: ToldGroup): string {
  const unknown = findings.find(({ status }) => status === 'unknown');
  return unknown?.message ?? 'it could not be read';
}

function readable(trigger: Trigger): Trigger {
  const { by, reason, reference } = trigger;
  return {
    ...trigger,
    ...(by === undefined ? {} : { by: oneLine(by, LONGEST_NAME) }),
    ...(reason === undefined ? {} : { reason: oneLine(reason, LONGEST_REASON) }),
    ...(reference === undefined ? {} : { reference: oneLine(reference, LONGEST_NAME) }),
  };
}
