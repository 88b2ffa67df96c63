import { placeName } from '../security-group';
import { countOf, type Listed, type Notice, type NoticedGroup, shorten } from './notice';
import { oneLine } from './text';

/** A notice as people read it. Every text is on one line and still to be escaped for the service. */
export interface Layout {
  /** Only our own words and numbers. */
  readonly title: string;
  readonly tone: 'failed' | 'held back' | 'changed';
  readonly facts: readonly string[];
  readonly sections: readonly { readonly heading: string; readonly lines: readonly string[] }[];
  readonly links: readonly { readonly text: string; readonly url: string }[];
}

const LONGEST_LINE = 400;
const LONGEST_FACT = 200;
const LONGEST_PLACE = 150;
const LONGEST_ADDRESS = 1_000;

/** Lays a notice out; `isLast` says that what other parts of the run have to tell is told to nobody. */
export function layoutOf(notice: Notice, isLast: boolean): Layout {
  const { heldBack, failedGroups, heldBackGroups, changedGroups, unknownGroups } = notice;
  const sections = [
    section('Nothing was changed', heldBack, (reason) => reason),
    section('Failed', failedGroups, reasonLine),
    section('Held back', heldBackGroups, reasonLine),
    section('Changed', changedGroups, changeLine),
    section('Unknown', unknownGroups, reasonLine),
  ];
  const links = notice.links.map((link) => ({ ...link, address: webAddress(link.url) }));
  const places = links.flatMap(({ text, url, address }) =>
    address === undefined ? [oneLine(`${text}: ${url}`, LONGEST_PLACE)] : [],
  );
  return {
    title: titleOf(notice),
    tone:
      countOf(failedGroups) > 0
        ? 'failed'
        : countOf(heldBack) + countOf(heldBackGroups) > 0
          ? 'held back'
          : 'changed',
    facts: [
      ...factsOf(notice),
      ...(isLast ? ['More parts of this run may follow: their records tell, not messages'] : []),
    ].map((fact) => oneLine(fact, LONGEST_FACT)),
    sections: [...sections, { heading: 'See also', lines: places }].filter(
      ({ lines }) => lines.length > 0,
    ),
    links: links.flatMap(({ text, address }) =>
      address === undefined ? [] : [{ text, url: address }],
    ),
  };
}

/**
 * Builds a body from as much of a notice as a service takes: lists are shortened until it fits. A line for
 * each list always does.
 */
export function shortenToFit<Body>(
  notice: Notice,
  build: (shortened: Notice) => Body,
  fits: (body: Body) => boolean,
): Body {
  for (const most of [20, 12, 8, 5, 3, 2]) {
    const body = build(shorten(notice, most));
    if (fits(body)) return body;
  }
  return build(shorten(notice, 1));
}

function titleOf(notice: Notice): string {
  const counts = [
    [countOf(notice.changedGroups), 'changed'],
    [countOf(notice.failedGroups), 'failed'],
    [countOf(notice.heldBackGroups), 'held back'],
  ] as const;
  const parts = counts.flatMap(([count, what]) => (count > 0 ? [`${groups(count)} ${what}`] : []));
  if (countOf(notice.heldBack) > 0) parts.unshift('run held back');
  return `Palisade${notice.dryRun ? ' (dry run)' : ''}: ${parts.join(', ')}`;
}

function factsOf({ runId, part, trigger, totals }: Notice): string[] {
  const { kind, by, reason } = trigger;
  const standing = (['violating', 'unrepairable', 'unknown', 'exempt'] as const).flatMap(
    (verdict) => (totals[verdict] > 0 ? [`${totals[verdict]} ${verdict}`] : []),
  );
  return [
    `Run ${runId}${part === 'whole' ? '' : `, part ${part}`}`,
    `Started by ${kind}${by === undefined ? '' : `, ${by}`}`,
    ...(reason === undefined ? [] : [`Reason: ${reason}`]),
    [`${groups(totals.groups)} looked at`, `${totals.compliant} compliant`, ...standing].join(', '),
  ];
}

function section<Item>(heading: string, listed: Listed<Item>, lineOf: (item: Item) => string) {
  const { items, more } = listed;
  const lines = items.map((item) => oneLine(lineOf(item), LONGEST_LINE));
  return {
    heading: `${heading} (${countOf(listed)})`,
    lines: more > 0 ? [...lines, `and ${more} more`] : lines,
  };
}

function reasonLine(group: NoticedGroup): string {
  return `${subjectOf(group)}: ${group.reason}`;
}

function changeLine(group: NoticedGroup): string {
  const { changes, verdictBefore, verdict, policies } = group;
  const what = changes === 1 ? '1 change' : `${changes} changes`;
  const why = policies.length > 0 ? ` by ${policies.join(', ')}` : '';
  return `${subjectOf(group)}: ${what}${why}, was ${verdictBefore}, is ${verdict}`;
}

function subjectOf({ securityGroupId, name, ...group }: NoticedGroup): string {
  return `${placeName(group)}/${securityGroupId}${name === '' ? '' : ` (${name})`}`;
}

function groups(count: number): string {
  return count === 1 ? '1 group' : `${count} groups`;
}

/**
 * An address without a password and without characters that end a link in some service's markup; undefined
 * for another scheme, and for one that is too long once `&` is escaped.
 */
function webAddress(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, origin, pathname, search, hash } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  const rest = `${pathname}${search}${hash}`.replace(
    /[()<>[\]|\\`*_~'"]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const address = `${origin}${rest}`;
  return address.replaceAll('&', '&amp;').length <= LONGEST_ADDRESS ? address : undefined;
}
