import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { record } from '../../shared/triggers/actiontrail/testing/events';
import { type CommandResult, runPalisade } from './command';
import { inventoryOf } from './command-stage';
import { COMPLIANT_RULES, makeGroup, PREFIX_LIST_ID } from './inventory';
import { policyText } from './policies';

/** What the record of the tests adds. */
const MAIL_RULE = {
  Direction: 'egress',
  IpProtocol: 'TCP',
  PortRange: '25/25',
  DestCidrIp: '0.0.0.0/0',
  Policy: 'Accept',
  Priority: '1',
  Description: 'web | relay',
};
const LIST_RULE = {
  Direction: 'ingress',
  IpProtocol: 'TCP',
  PortRange: '443/443',
  SourcePrefixListId: PREFIX_LIST_ID,
  Policy: 'Accept',
  Priority: '1',
  Description: 'web | partners',
};
/** Compliant groups, more than one invocation of the function looks at. */
export const MANY = Array.from({ length: 12 }, (_, index) => `sg-many${index}`);
/** sg-aa11 has the rule of the record and violates the test policies; only sg-many12 does besides. */
export const INVENTORY = inventoryOf(
  makeGroup('sg-aa11', [MAIL_RULE]),
  makeGroup('sg-bb22', [{ ...LIST_RULE }, ...COMPLIANT_RULES]),
  makeGroup('sg-cc33', COMPLIANT_RULES, { SecurityGroupType: 'enterprise' }),
  ...MANY.map((id) => makeGroup(id, COMPLIANT_RULES)),
  makeGroup('sg-many12', []),
).map((region) => ({
  ...region,
  PrefixLists: [
    {
      PrefixListId: PREFIX_LIST_ID,
      AddressFamily: 'IPv4',
      Entries: [{ Cidr: '203.0.113.0/24' }],
    },
  ],
}));

/** A folder with the test policies and the inventory, in which `replay` runs offline. */
export interface ReplayStage {
  readonly folder: string;
  write(name: string, content: string): Promise<void>;
  /** Writes JSON lines. */
  writeLines(name: string, values: readonly unknown[]): Promise<void>;
  replay(...parameters: string[]): Promise<CommandResult>;
  remove(): Promise<void>;
}

/** Makes `replay` answer from the inventory by the test policies. */
export const OFFLINE = ['--policy', 'policy.yaml', '--inventory', 'groups.json'];

/** Sets the stage. */
export async function makeReplayStage(): Promise<ReplayStage> {
  const folder = await mkdtemp(join(tmpdir(), 'palisade-replay-'));
  const write = (name: string, content: string) => writeFile(join(folder, name), content);
  await write('policy.yaml', policyText());
  await write('groups.json', JSON.stringify(INVENTORY));
  return {
    folder,
    write,
    writeLines: (name, values) =>
      write(name, values.map((value) => JSON.stringify(value)).join('\n')),
    replay: (...parameters) => runPalisade(folder, ['replay', ...OFFLINE, ...parameters]),
    remove: () => rm(folder, { recursive: true }),
  };
}

/** What `--json` prints for an event, as far as tests look at it. */
export interface Answer {
  readonly at: string;
  readonly outcome: string;
  readonly reason?: string;
  readonly note?: string;
  readonly handedOver?: boolean;
  readonly heldBack?: readonly string[];
  readonly groups?: readonly {
    readonly securityGroupId: string;
    readonly verdict: string;
    readonly changes: readonly unknown[];
  }[];
}

/** Reads what `--json` printed. */
export function answersOf({ stdout }: Pick<CommandResult, 'stdout'>): {
  answers: Answer[];
  summary: unknown;
} {
  const lines = stdout.split('\n').filter((line) => line !== '');
  const last = JSON.parse(lines.pop() ?? 'null') as { summary: unknown };
  return { answers: lines.map((line) => JSON.parse(line) as Answer), summary: last.summary };
}

/** A record of an id of its own, about a group. */
export function about(
  securityGroupId: string,
  eventId: string,
  changes: Readonly<Record<string, unknown>> = {},
) {
  const parameters = record().requestParameters as Readonly<Record<string, unknown>>;
  return record({
    eventId,
    requestParameters: { ...parameters, SecurityGroupId: securityGroupId },
    ...changes,
  });
}
