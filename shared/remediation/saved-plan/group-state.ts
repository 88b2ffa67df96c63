import { formatCidr, type Permission, type SecurityGroup } from '../../security-group';
import type { ReadLists } from '../../traffic';
import type { Examined } from '../examine';
import { canonical } from './canonical';

/** A rule as it was read, without the fields that are empty. */
export type PlainRule = Readonly<Record<string, string | number>>;

/** Everything that a plan for a group goes by, as plain JSON. Two reads that tell the same give equal ones. */
export interface GroupState {
  readonly name: string;
  readonly type: string;
  readonly vpcId?: string | undefined;
  readonly serviceManaged: boolean;
  readonly innerAccessPolicy: string;
  readonly tags: Readonly<Record<string, string>>;
  /** In one order, whatever that of the answer. */
  readonly rules: readonly PlainRule[];
  /** Contents of the prefix and port lists that rules and policies name, as far as they could be read. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
}

/** The state of a group by a reading, or undefined if it could not be read completely. */
export function stateOf({ reading, lists }: Examined): GroupState | undefined {
  if (reading.status !== 'complete') return undefined;
  const { group } = reading;
  return {
    name: group.name,
    type: group.type,
    ...(group.vpcId === undefined ? {} : { vpcId: group.vpcId }),
    serviceManaged: group.serviceManaged,
    innerAccessPolicy: group.innerAccessPolicy,
    tags: group.tags,
    rules: rulesOf(group),
    lists: contentsOf(lists),
  };
}

function rulesOf({ rules }: SecurityGroup): PlainRule[] {
  return rules
    .map(({ permission }) => plain(permission))
    .map((rule) => [canonical(rule), rule] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, rule]) => rule);
}

function plain(permission: Permission): PlainRule {
  const fields = Object.entries(permission).filter(
    (field): field is [string, string | number] => field[1] !== undefined && field[1] !== '',
  );
  return Object.fromEntries(fields);
}

function contentsOf({ prefixLists, portRangeLists }: ReadLists): Record<string, string[]> {
  const contents = [
    ...[...prefixLists].map(([id, cidrs]) => [id, cidrs.map(formatCidr).sort()] as const),
    ...[...portRangeLists].map(
      ([id, ranges]) => [id, ranges.map(({ first, last }) => `${first}/${last}`).sort()] as const,
    ),
  ];
  return Object.fromEntries(contents.sort(([one], [other]) => (one < other ? -1 : 1)));
}
