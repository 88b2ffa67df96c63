import type { Direction, Rule } from '../security-group';
import type { Box } from './box';
import { decide } from './decide';
import { decisionList, rulesByStrength } from './decision-list';
import { findHoles, type Hole } from './holes';
import { cutToBox, visitDecided } from './local-list';
import { regionPart } from './region';
import type { Flow, Packet, RuleSet } from './rule-set';
import { packetIn } from './witness';
import { DEFAULT_WORK_LIMIT, type Undecided, withinLimit } from './work';

/** Whether any packet of a region gets through. */
export type Allowed =
  /** None does, whatever the contents of unread groups and lists. */
  | { readonly verdict: 'denied' }
  /** The witness does, whatever those contents. */
  | ({ readonly verdict: 'allowed' } & Passage)
  /** Some packet, such as the witness, may get through, by the contents of what `on` names. */
  | ({ readonly verdict: 'depends'; readonly on: readonly string[] } & Passage)
  | Undecided;

/** How packets of a region get through. */
interface Passage {
  readonly witness: Packet;
  /** What lets the witness through. */
  readonly by: Rule | 'default';
  /** All that lets, or may let, some packet of the region through, strongest first. */
  readonly rules: readonly (Rule | 'default')[];
}

/** Packets that get, or may get, through. */
export interface AllowedTraffic {
  readonly box: Box;
  readonly by: Rule | 'default';
  /** Groups and unread lists that have to hold a packet for `by` to match it. */
  readonly on: readonly string[];
}

/**
 * Judges a region: no packet of it gets through, or one does, which is shown with the rule that lets
 * it, or that hangs on contents that were not read. Exact: groups and unread lists count as holding
 * any packets whatever, but the same ones wherever they are named. Two unknowns are taken as
 * independent of each other. A flow to a group or an unread list is `allowed` only if some service is
 * let through to every address; otherwise it depends on the members.
 *
 * `workLimit` bounds the time in comparisons of boxes; beyond it the answer is `undecided`.
 */
export function allowed(
  ruleSet: RuleSet,
  direction: Direction,
  region: readonly Flow[],
  workLimit: number = DEFAULT_WORK_LIMIT,
): Allowed {
  return withinLimit(workLimit, (work) => {
    const holes: Hole[] = [];
    for (const flow of region) {
      const { boxes, given } = regionPart(flow, ruleSet.lists, 'usable', work);
      for (const box of boxes) holes.push(...findHoles(ruleSet, direction, box, given, work));
    }
    const best = holes.find((hole) => hole.certain) ?? holes[0];
    if (!best) return { verdict: 'denied' };
    const witness = packetIn(best.familiar(), direction);
    const passage = { witness, by: best.by, rules: inStrengthOrder(ruleSet, holes) };
    if (best.certain) return { verdict: 'allowed', ...passage };
    const on = new Set([...holes.flatMap((hole) => hole.on), ...decide(ruleSet, witness).on]);
    return { verdict: 'depends', on: [...on], ...passage };
  });
}

/**
 * The exact set of packets of a region that get through for some contents of unread groups and lists.
 * Boxes may overlap only where flows do or where the outcome hangs on such contents.
 */
export function allowedTraffic(
  ruleSet: RuleSet,
  direction: Direction,
  region: readonly Flow[],
  workLimit: number = DEFAULT_WORK_LIMIT,
): { readonly verdict: 'exact'; readonly traffic: readonly AllowedTraffic[] } | Undecided {
  return withinLimit(workLimit, (work) => {
    const traffic: AllowedTraffic[] = [];
    for (const flow of region) {
      const { boxes, given, family } = regionPart(flow, ruleSet.lists, 'usable', work);
      for (const box of boxes) {
        const list = cutToBox(decisionList(ruleSet, direction, family), box, work, { given });
        for (const contender of list.contenders.filter(({ entry }) => entry.accept)) {
          visitDecided(list, contender, (cells, offset) => {
            work.keep();
            const { by } = contender.entry;
            const on = [...given, ...contender.unknowns];
            traffic.push({ box: list.grid.toBox(cells, offset), by, on });
            return false;
          });
        }
      }
    }
    return { verdict: 'exact', traffic };
  });
}

function inStrengthOrder(ruleSet: RuleSet, holes: readonly Hole[]): readonly (Rule | 'default')[] {
  const found = new Set(holes.map((hole) => hole.by));
  const rules = rulesByStrength(ruleSet).filter((rule) => found.has(rule));
  return found.has('default') ? [...rules, 'default'] : rules;
}
