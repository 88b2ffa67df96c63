import { FormatError, parseAccountId, parseRegionId } from '../../security-group';
import {
  groupTargets,
  type KnownAccounts,
  parseGroupId,
  type Target,
  type WebhookCommand,
} from './command';

/** What a call of Cloud Config asks for. */
export type DecodedCloudConfig =
  | {
      readonly kind: 'command';
      readonly command: WebhookCommand;
      readonly skipped: readonly SkippedItem[];
    }
  /** Every item was skipped: other resources, other accounts. */
  | { readonly kind: 'nothing'; readonly skipped: readonly SkippedItem[] }
  | { readonly kind: 'refused'; readonly problem: string };

/** An item that is not worked on: its place in the list, from 0, and why. */
export interface SkippedItem {
  readonly item: number;
  readonly reason: string;
}

const MOST_ITEMS = 1000;
const GROUP_TYPE = 'ACS::ECS::SecurityGroup';
const FIELDS = ['accountId', 'regionId', 'resourceId', 'resourceType'] as const;

/**
 * Whether an event comes from somebody who invokes the function itself, as Cloud Config's remediation
 * does: with a list. What comes through the HTTP trigger is always an object, so that no request from
 * outside is taken for one; invoking the function takes the permission `fc:InvokeFunction`.
 */
export function isDirectInvocation(event: Uint8Array): boolean {
  const start = Buffer.from(event.subarray(0, 100)).toString('utf8');
  return start.trimStart().startsWith('[');
}

/**
 * Decodes a call of Cloud Config's custom remediation (page "Configure custom remediation"): a JSON list
 * of non-compliant resources with `accountId`, `regionId`, `resourceId` and `resourceType`. Names of
 * fields are taken in any case and account ids also as numbers, because the page shows them only through
 * the code that reads them. Whoever set up the remediation wants a repair, so the mode is `enforce`; each
 * policy's own mode still holds. Resources of other types and accounts are skipped; a list of which
 * nothing can be understood is refused. Never throws.
 */
export function decodeCloudConfig(event: Uint8Array, accounts: KnownAccounts): DecodedCloudConfig {
  const items = parse(event);
  if (!items) return refused('the event is not a JSON list of resources');
  if (items.length > MOST_ITEMS) {
    return refused(`the event has ${items.length} resources, more than ${MOST_ITEMS}`);
  }
  const read = items.map((item) => readItem(item, accounts));
  if (read.length > 0 && read.every(({ kind }) => kind === 'unclear')) {
    return refused(`no item of the event is a resource with ${FIELDS.join(', ')}`);
  }
  const skipped = read.flatMap((result, item) =>
    result.kind === 'target' ? [] : [{ item, reason: result.reason }],
  );
  const targets = groupTargets(
    read.flatMap((result) => (result.kind === 'target' ? [result.target] : [])),
  );
  if (targets.length === 0) return { kind: 'nothing', skipped };
  return {
    kind: 'command',
    skipped,
    command: {
      selection: { kind: 'targets', targets },
      mode: 'enforce',
      reason: 'Cloud Config found these groups non-compliant',
      requester: 'Cloud Config',
      wait: true,
    },
  };
}

function refused(problem: string): DecodedCloudConfig {
  return {
    kind: 'refused',
    problem: `${problem}: set this function as the custom remediation of a rule about security groups`,
  };
}

type ReadItem =
  | { readonly kind: 'target'; readonly target: Target }
  | { readonly kind: 'other' | 'unclear'; readonly reason: string };

function readItem(item: unknown, { own, members }: KnownAccounts): ReadItem {
  const fields = new Map(
    Object.entries(item ?? {}).map(([name, value]) => [name.toLowerCase(), textOf(value)]),
  );
  const [account, region, id, type] = FIELDS.map((name) => fields.get(name.toLowerCase()));
  if (!account || !region || !id || !type) {
    const missing = FIELDS.filter((name) => !fields.get(name.toLowerCase()));
    return { kind: 'unclear', reason: `it has no ${missing.join(', ')}` };
  }
  if (type.toLowerCase() !== GROUP_TYPE.toLowerCase()) {
    return { kind: 'other', reason: `it is not of the type ${GROUP_TYPE}` };
  }
  const isOwn = account === own;
  if (!isOwn && !members.includes(account)) {
    return { kind: 'other', reason: 'it belongs to another account' };
  }
  try {
    const target = {
      regionId: parseRegionId(region),
      ...(isOwn ? {} : { accountId: parseAccountId(account) }),
      groupIds: [parseGroupId(id)],
    };
    return { kind: 'target', target };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { kind: 'unclear', reason: 'its regionId or resourceId does not have its form' };
  }
}

/** A number beyond 2^53 may have been rounded: it names no account. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

function parse(event: Uint8Array): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(event).toString('utf8'));
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
