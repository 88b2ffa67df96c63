import { type EcsClient, isEcsError } from '../ecs';
import {
  FormatError,
  parseCidr,
  parsePorts,
  parseRule,
  type Rule,
  type SecurityGroup,
  type SecurityGroupSummary,
} from '../security-group';
import type { ReadLists } from '../traffic';

/** A group read to the end with every rule understood, or the reason why it was not. */
export type GroupReading =
  | { readonly status: 'complete'; readonly group: SecurityGroup }
  | { readonly status: 'unknown'; readonly reason: string };

/** Reads one group's rules. A failure of any kind gives `unknown` with its reason, never fewer rules. */
export async function readGroup(
  ecs: EcsClient,
  summary: SecurityGroupSummary,
): Promise<GroupReading> {
  try {
    const { permissions, innerAccessPolicy } = await ecs.readSecurityGroup(summary.id);
    return {
      status: 'complete',
      group: { ...summary, innerAccessPolicy, rules: permissions.map(parseRule) },
    };
  } catch (error) {
    if (!isEcsError(error) && !(error instanceof FormatError)) throw error;
    return { status: 'unknown', reason: `the group could not be read: ${error.message}` };
  }
}

/**
 * The prefix and port lists of one region, each read once when a rule first names it. A list that cannot
 * be read stays out, and whatever depends on it is judged as depending on it.
 */
export class ListReader {
  readonly #prefixLists = new Map<string, Promise<readonly string[] | undefined>>();
  readonly #portRangeLists = new Map<string, Promise<readonly string[] | undefined>>();

  constructor(private readonly ecs: EcsClient) {}

  /** The lists that some rules and policies name, as far as they can be read. */
  async read(rules: readonly Rule[], alsoPrefixLists: readonly string[]): Promise<ReadLists> {
    const prefixListIds = new Set(alsoPrefixLists);
    const portRangeListIds = new Set<string>();
    for (const rule of rules) {
      if (rule.peer.kind === 'prefix-list') prefixListIds.add(rule.peer.prefixListId);
      if (typeof rule.ports === 'object' && 'portRangeListId' in rule.ports) {
        portRangeListIds.add(rule.ports.portRangeListId);
      }
    }
    return {
      prefixLists: await this.#readAll(prefixListIds, this.#prefixLists, parseCidr, (id) =>
        this.ecs.readPrefixList(id),
      ),
      portRangeLists: await this.#readAll(
        portRangeListIds,
        this.#portRangeLists,
        (text) => {
          const ports = parsePorts(text);
          return ports === 'all' ? { first: 0, last: 65535 } : ports;
        },
        (id) => this.ecs.readPortRangeList(id),
      ),
    };
  }

  async #readAll<Entry>(
    ids: ReadonlySet<string>,
    cache: Map<string, Promise<readonly string[] | undefined>>,
    parse: (text: string) => Entry,
    read: (id: string) => Promise<readonly string[]>,
  ): Promise<ReadonlyMap<string, readonly Entry[]>> {
    const lists = new Map<string, readonly Entry[]>();
    for (const id of ids) {
      const reading = cache.get(id) ?? read(id).catch(ignoreUnreadable);
      cache.set(id, reading);
      const entries = await reading;
      try {
        if (entries) lists.set(id, entries.map(parse));
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
      }
    }
    return lists;
  }
}

/** The engine says which verdicts depend on the list, which is all that its absence means. */
function ignoreUnreadable(error: unknown): undefined {
  if (!isEcsError(error)) throw error;
}
