import type { AddressFamily, Direction, Rule } from '../security-group';
import { type Box, boxContains, intersect } from './box';
import { decisionList, type Entry } from './decision-list';
import { cutToBox, isSubset, visitDecided } from './local-list';
import { minus } from './minus';
import { regionPart } from './region';
import type { Flow, ReadLists, RuleSet } from './rule-set';
import type { Visit } from './uncovered';
import { DEFAULT_WORK_LIMIT, type Undecided, type WorkMeter, withinLimit } from './work';

/** Packets whose verdict changes, all of them in the same way. */
export interface Change {
  readonly box: Box;
  readonly from: 'accept' | 'drop';
  readonly to: 'accept' | 'drop';
  /** What decided them before. */
  readonly before: Rule | 'default';
  /** What decides them after. */
  readonly after: Rule | 'default';
  /** Groups and unread lists that have to hold a packet for it to change so. Empty: all change. */
  readonly on: readonly string[];
}

/** The packets whose verdict changes, exactly: those in one of the boxes and no others. */
export interface Difference {
  readonly verdict: 'exact';
  readonly changes: readonly Change[];
}

/**
 * The packets of peers outside the group whose verdict differs between two rule sets, of both address
 * families. Boxes of changes on which nothing hangs do not overlap. Where a verdict hangs on groups or
 * unread lists, a packet counts if some contents of them make the two verdicts differ; contents are
 * taken to be the same before and after.
 */
export function difference(
  before: RuleSet,
  after: RuleSet,
  direction: Direction,
  workLimit: number = DEFAULT_WORK_LIMIT,
): Difference | Undecided {
  return withinLimit(workLimit, (work) => ({
    verdict: 'exact',
    changes: ([4, 6] as const).flatMap((family) =>
      familyChanges(before, after, direction, family, work),
    ),
  }));
}

/**
 * A packet changes only if its decider before or its decider after is not in the other list: two
 * deciders that are in both lists would be in each other's way. So only the boxes of entries that one
 * list lacks are looked at.
 */
function familyChanges(
  before: RuleSet,
  after: RuleSet,
  direction: Direction,
  family: AddressFamily,
  work: WorkMeter,
): Change[] {
  const beforeList = decisionList(before, direction, family);
  const afterList = decisionList(after, direction, family);
  const beforeKeys = new Set(beforeList.map(identify));
  const afterKeys = new Set(afterList.map(identify));
  const isAdded = (entry: Entry) => !beforeKeys.has(identify(entry));
  const changes: Change[] = [];
  for (const [strength, entry] of afterList.entries()) {
    if (!isAdded(entry)) continue;
    for (const { box, other, on } of against(
      entry,
      afterList.slice(0, strength),
      beforeList,
      work,
    )) {
      changes.push(changeOf(box, other, entry, on));
    }
  }
  for (const [strength, entry] of beforeList.entries()) {
    if (afterKeys.has(identify(entry))) continue;
    for (const { box, other, on } of against(
      entry,
      beforeList.slice(0, strength),
      afterList,
      work,
    )) {
      if (!isAdded(other)) changes.push(changeOf(box, entry, other, on));
    }
  }
  return changes;
}

function changeOf(box: Box, before: Entry, after: Entry, on: readonly string[]): Change {
  const verdict = (entry: Entry) => (entry.accept ? 'accept' : 'drop');
  return { box, from: verdict(before), to: verdict(after), before: before.by, after: after.by, on };
}

/** The packets that an entry decides in its own list and that an opposite entry decides in another. */
function* against(
  entry: Entry,
  stronger: readonly Entry[],
  others: readonly Entry[],
  work: WorkMeter,
): Generator<{ box: Box; other: Entry; on: readonly string[] }> {
  for (const [index, within] of entry.boxes.entries()) {
    const own = [...stronger, { ...entry, boxes: entry.boxes.slice(0, index) }].flatMap((taker) =>
      taker.boxes.flatMap((box) => {
        const part = intersect(box, within);
        return part ? [{ part, unknowns: taker.unknowns }] : [];
      }),
    );
    work.spend(own.length + stronger.length);
    const isNever = own.some(
      ({ part, unknowns }) => isSubset(unknowns, entry.unknowns) && boxContains(part, within),
    );
    if (isNever) continue;
    const list = cutToBox(others, within, work, { landmarks: own.map(({ part }) => part) });
    for (const contender of list.contenders) {
      if (contender.entry.accept === entry.accept) continue;
      const on = [...new Set([...entry.unknowns, ...contender.unknowns])];
      const taken = own.flatMap(({ unknowns }, n) =>
        isSubset(unknowns, on) ? [list.landmarks + n] : [],
      );
      const found: Box[] = [];
      const collect: Visit = (cells, offset) => {
        work.keep();
        found.push(list.grid.toBox(cells, offset));
        return false;
      };
      visitDecided(list, contender, collect, on, taken);
      for (const box of found) yield { box, other: contender.entry, on };
    }
  }
}

/** Entries with the same identity decide the same packets in the same way at the same strength. */
function identify({ by, accept, unknowns, boxes }: Entry): string {
  const spans = boxes.map(({ service, sourcePorts, peer, own }) =>
    [service, sourcePorts, peer, own].map(({ first, last }) => `${first}-${last}`).join(' '),
  );
  const priority = by === 'default' ? by : by.priority;
  return [accept, priority, unknowns.join(' '), ...spans].join('|');
}

/**
 * What a list of changes does outside a region; empty proves that nothing else is touched. Here, `all`
 * ports of a flow include port 0: no program can use it, so a rule for all ports stays within a region
 * of all ports. A flow to a group or an unread list holds the changes that hang on it. `lists` gives
 * the contents of prefix lists that the region names.
 */
export function changesOutside(
  changes: readonly Change[],
  region: readonly Flow[],
  lists?: ReadLists,
  workLimit: number = DEFAULT_WORK_LIMIT,
): Difference | Undecided {
  return withinLimit(workLimit, (work) => {
    const parts = region.map((flow) => regionPart(flow, lists, 'every', work));
    const outside = changes.flatMap((change) => {
      const inside = parts.flatMap((part) => (isSubset(part.given, change.on) ? part.boxes : []));
      return minus(change.box, inside, work).map((box) => ({ ...change, box }));
    });
    return { verdict: 'exact', changes: outside };
  });
}
