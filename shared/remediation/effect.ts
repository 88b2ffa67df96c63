import { type Policy, ruleSetOf, trafficOf } from '../policy';
import { type Direction, describeRule, type SecurityGroup } from '../security-group';
import {
  changesOutside,
  type Difference,
  describePacket,
  describeTraffic,
  difference,
  packetIn,
  type ReadLists,
  type Undecided,
} from '../traffic';

const DIRECTIONS = ['ingress', 'egress'] as const;

/** What a change of rules does to traffic, in words such as `TCP 25 to 0.0.0.0/0`. */
export interface Effect {
  /** What was let through before and is not any more. */
  readonly closed: readonly string[];
  /** What is let through now and was not before. */
  readonly opened: readonly string[];
  /** A packet that gets through now and did not before; absent if there is none. */
  readonly example?: string;
}

/** The traffic whose verdict differs between two readings of a group; undefined if it cannot be told. */
export function effectOf(
  before: SecurityGroup,
  after: SecurityGroup,
  lists: ReadLists,
): Effect | undefined {
  const closed: string[] = [];
  const opened: string[] = [];
  const examples: string[] = [];
  for (const direction of DIRECTIONS) {
    const found = compare(before, after, lists, direction);
    if (found.verdict !== 'exact') return undefined;
    const boxes = (to: 'accept' | 'drop') =>
      found.changes.filter((change) => change.to === to).map((change) => change.box);
    closed.push(...describeTraffic(boxes('drop'), direction));
    opened.push(...describeTraffic(boxes('accept'), direction));
    const [first] = boxes('accept');
    if (first) examples.push(describePacket(packetIn(first, direction)));
  }
  const [example] = examples;
  return { closed, opened, ...(example === undefined ? {} : { example }) };
}

/**
 * Proves that a change of rules changes the verdict of no packet outside the traffic of some policies.
 * Undefined when that is proved; otherwise why it is not, in words.
 */
export function proveEffect(
  before: SecurityGroup,
  after: SecurityGroup,
  lists: ReadLists,
  policies: readonly Policy[],
): string | undefined {
  for (const direction of DIRECTIONS) {
    const change = compare(before, after, lists, direction);
    if (change.verdict !== 'exact') return `its effect on traffic cannot be told: ${change.reason}`;
    const traffic = policies.flatMap((policy) => trafficOf(policy, direction));
    const outside = changesOutside(change.changes, traffic, lists);
    if (outside.verdict !== 'exact') {
      return `its effect on traffic cannot be told: ${outside.reason}`;
    }
    const [first] = outside.changes;
    if (first) {
      const rule = first.after === 'default' ? 'the default' : describeRule(first.after);
      const [words] = describeTraffic([first.box], direction);
      return `it would change traffic that the policy is not about (${words}), by ${rule}`;
    }
  }
  return undefined;
}

function compare(
  before: SecurityGroup,
  after: SecurityGroup,
  lists: ReadLists,
  direction: Direction,
): Difference | Undecided {
  return difference(ruleSetOf(before, lists), ruleSetOf(after, lists), direction);
}
