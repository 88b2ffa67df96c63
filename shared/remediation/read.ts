import { type EcsClient, isEcsError, type PrefixList } from '../ecs';
import {
  FormatError,
  type PortRange,
  parseCidr,
  parsePorts,
  parseRule,
  type Rule,
  type SecurityGroup,
  type SecurityGroupId,
  type SecurityGroupSummary,
} from '../security-group';
import type { ReadLists } from '../traffic';

/** A group read to the end with every rule understood, or the reason why it was not. */
export type GroupReading =
  | { readonly status: 'complete'; readonly group: SecurityGroup }
  | { readonly status: 'unknown'; readonly reason: string };

/** The contents of lists, and as how many rules a rule counts that names one. */
export interface CountedLists extends ReadLists {
  /** By the id of a prefix list: its MaxEntries, however many entries it has (help page "Limits"). */
  readonly rulesCounted: ReadonlyMap<string, number>;
}

/** Lists that rules and policies name. */
export interface NamedLists extends CountedLists {
  /** Why a list could not be read, by its id. */
  readonly unread: ReadonlyMap<string, string>;
}

/** Reads one group's rules. A failure of any kind gives `unknown` with its reason, never fewer rules. */
export async function readGroup(
  ecs: EcsClient,
  summary: SecurityGroupSummary,
): Promise<GroupReading> {
  const network = summary.vpcId === undefined ? 'classic' : undefined;
  return withSummary(await readRules(ecs, summary.id, network), summary);
}

/** What a read of a group's rules gives, which does not tell its tags and type. */
export type RulesReading =
  | {
      readonly status: 'complete';
      readonly group: Pick<SecurityGroup, 'innerAccessPolicy' | 'rules'>;
    }
  | { readonly status: 'unknown'; readonly reason: string };

/** Reads the rules of a group of which no more than its id and network may be known; see readGroup. */
export async function readRules(
  ecs: EcsClient,
  id: SecurityGroupId,
  network?: 'classic',
): Promise<RulesReading> {
  try {
    const { permissions, innerAccessPolicy } = await ecs.readSecurityGroup(id, network);
    return {
      status: 'complete',
      group: { innerAccessPolicy, rules: permissions.map(parseRule) },
    };
  } catch (error) {
    if (!isEcsError(error) && !(error instanceof FormatError)) throw error;
    return { status: 'unknown', reason: `the group could not be read: ${error.message}` };
  }
}

/** A reading of rules together with what a list call tells of the group. */
export function withSummary(reading: RulesReading, summary: SecurityGroupSummary): GroupReading {
  if (reading.status === 'unknown') return reading;
  return { status: 'complete', group: { ...summary, ...reading.group } };
}

/**
 * The prefix and port lists of one region, each read once when a rule first names it. A list that cannot
 * be read stays out, and whatever depends on it is judged as depending on it.
 */
export class ListReader {
  readonly #prefixLists = new Map<string, Promise<PrefixList | undefined>>();
  readonly #portRangeLists = new Map<string, Promise<readonly string[] | undefined>>();
  readonly #unread = new Map<string, string>();

  constructor(private readonly ecs: EcsClient) {}

  /** The lists that some rules and policies name, as far as they can be read. */
  async read(rules: readonly Rule[], alsoPrefixLists: readonly string[]): Promise<NamedLists> {
    const prefixListIds = new Set([...alsoPrefixLists, ...prefixListsIn(rules)]);
    const portRangeListIds = new Set(portRangeListsIn(rules));
    const prefixLists = await this.#readAll(
      prefixListIds,
      this.#prefixLists,
      ({ cidrs, maxEntries }) => ({ cidrs: cidrs.map(parseCidr), maxEntries }),
      (id) => this.ecs.readPrefixList(id),
    );
    return {
      prefixLists: new Map([...prefixLists].map(([id, { cidrs }]) => [id, cidrs])),
      rulesCounted: new Map([...prefixLists].map(([id, { maxEntries }]) => [id, maxEntries])),
      portRangeLists: await this.#readAll(
        portRangeListIds,
        this.#portRangeLists,
        (ranges) => ranges.map(parsePortsOfList),
        (id) => this.ecs.readPortRangeList(id),
      ),
      unread: this.#unread,
    };
  }

  async #readAll<Answer, List>(
    ids: ReadonlySet<string>,
    cache: Map<string, Promise<Answer | undefined>>,
    parse: (answer: Answer) => List,
    read: (id: string) => Promise<Answer>,
  ): Promise<ReadonlyMap<string, List>> {
    const lists = new Map<string, List>();
    for (const id of ids) {
      const reading = cache.get(id) ?? read(id).catch((error) => this.#note(id, error));
      cache.set(id, reading);
      const answer = await reading;
      try {
        if (answer) lists.set(id, parse(answer));
      } catch (error) {
        this.#note(id, error);
      }
    }
    return lists;
  }

  /** The engine says which verdicts depend on the list, which is all that its absence means. */
  #note(id: string, error: unknown): undefined {
    if (!isEcsError(error) && !(error instanceof FormatError)) throw error;
    this.#unread.set(id, error.message);
  }
}

/** The lists of either kind that rules name. */
export function listsIn(rules: readonly Rule[]): string[] {
  return [...new Set([...prefixListsIn(rules), ...portRangeListsIn(rules)])];
}

function prefixListsIn(rules: readonly Rule[]): string[] {
  return rules.flatMap(({ peer }) => (peer.kind === 'prefix-list' ? peer.prefixListId : []));
}

function portRangeListsIn(rules: readonly Rule[]): string[] {
  return rules.flatMap(({ ports }) =>
    typeof ports === 'object' && 'portRangeListId' in ports ? ports.portRangeListId : [],
  );
}

function parsePortsOfList(text: string): PortRange {
  const ports = parsePorts(text);
  return ports === 'all' ? { first: 0, last: 65535 } : ports;
}
