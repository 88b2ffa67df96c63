import { OWN_ACCOUNT } from '../../policy';
import { parseAccountId, parseRegionId } from '../../security-group';
import {
  groupTargets,
  type KnownAccounts,
  parseGroupId,
  type Target,
  type WebhookCommand,
} from './command';
import { nearest } from './nearest';
import { createReader, type Problem, pathOf, type Reader } from './reader';

/** A body that was understood, or every problem that it has. */
export type DecodedBody =
  | { readonly ok: true; readonly command: WebhookCommand }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const MOST_GROUPS = 100;
const MOST_POLICIES = 100;
/** Of regions, names, tags and the values of one. */
const MOST_ITEMS = 20;
const LONGEST_REASON = 500;
/** Of a requester, a name or a tag; ECS takes no more than 128 for the latter two. */
const LONGEST_NAME = 128;

/**
 * Decodes the body of a request, a JSON object in UTF-8:
 *
 *     {
 *       "targets": [{ "region": "cn-hangzhou", "groups": ["sg-bp67acfm"] }],
 *       "filter": { "regions": ["cn-*"], "names": ["web-*"], "tags": { "env": ["prod"] } },
 *       "policies": ["no-smtp-smb-out"],
 *       "mode": "enforce",
 *       "reason": "INC-4711: these hosts send spam",
 *       "requester": "soar/playbook-12",
 *       "wait": true
 *     }
 *
 * - Either `targets`, groups by their ids, at most 100 in at most 20 regions, each with its `account` unless
 *   that is the one which Palisade runs with; or `filter`, with at least one of its keys (`accounts` besides
 *   those above): every group for which all of them hold, as under `match` in a policy file.
 * - `policies`: ids of the policies to judge by; left out: all of them.
 * - `mode`: `observe` (default) or `enforce`, which lets no policy do more than its own mode says.
 * - `reason` (up to 500 characters) and `requester` (up to 128) are required, for the record.
 * - `wait`: whether the answer is to tell how the run ended; default false.
 *
 * Any other key is a problem, and so is each value that does not fit. Never throws.
 */
export function decodeBody(
  body: Uint8Array,
  policyIds: readonly string[],
  accounts: KnownAccounts = { members: [] },
): DecodedBody {
  const reader = createReader();
  const command = readCommand(reader, body, policyIds, accounts);
  const problems = reader.problems();
  return command && problems.length === 0 ? { ok: true, command } : { ok: false, problems };
}

const KEYS = ['targets', 'filter', 'policies', 'mode', 'reason', 'requester', 'wait'];

function readCommand(
  reader: Reader,
  body: Uint8Array,
  knownPolicies: readonly string[],
  accounts: KnownAccounts,
): WebhookCommand | undefined {
  const json = parse(body);
  if (!json) return reader.refuse('body', 'is not JSON in UTF-8: write one JSON object');
  const fields = reader.object(json.value, 'body', KEYS);
  if (!fields) return undefined;
  const { targets, filter, policies, mode = 'observe', wait = false } = fields;
  const selection = readSelection(reader, targets, filter, accounts);
  const policyIds =
    policies === undefined
      ? undefined
      : reader.list(policies, 'policies', MOST_POLICIES, (id, path) =>
          readPolicyId(reader, id, path, knownPolicies),
        );
  const most = reader.oneOf(mode, 'mode', ['observe', 'enforce'] as const);
  const reason = reader.text(
    fields.reason,
    'reason',
    LONGEST_REASON,
    'write why, for the record, such as "INC-4711: these hosts send spam"',
  );
  const requester = reader.text(
    fields.requester,
    'requester',
    LONGEST_NAME,
    'write who asks, for the record, such as "soar/playbook-12"',
  );
  const isAwaited = reader.oneOf(wait, 'wait', [true, false]);
  if (!selection || !most || !reason || !requester || isAwaited === undefined) return undefined;
  return {
    selection,
    ...(policyIds ? { policyIds: [...new Set(policyIds)] } : {}),
    mode: most,
    reason,
    requester,
    wait: isAwaited,
  };
}

function parse(body: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) };
  } catch {
    return undefined;
  }
}

function readSelection(
  reader: Reader,
  targets: unknown,
  filter: unknown,
  accounts: KnownAccounts,
): WebhookCommand['selection'] | undefined {
  if (filter === undefined) return readTargets(reader, targets, accounts);
  if (targets === undefined) return readFilter(reader, filter, accounts);
  return reader.refuse('filter', 'stands beside "targets": leave one of the two out');
}

function readTargets(
  reader: Reader,
  value: unknown,
  accounts: KnownAccounts,
): WebhookCommand['selection'] | undefined {
  if (value === undefined) {
    return reader.refuse('targets', 'is missing, and so is "filter": say which groups are meant');
  }
  const targets = reader.list(value, 'targets', MOST_ITEMS, (target, path) =>
    readTarget(reader, target, path, accounts),
  );
  if (!targets) return undefined;
  const count = targets.reduce((sum, { groupIds }) => sum + groupIds.length, 0);
  if (count > MOST_GROUPS) {
    return reader.refuse('targets', `has ${count} groups: write at most ${MOST_GROUPS}`);
  }
  return { kind: 'targets', targets: groupTargets(targets) };
}

function readTarget(
  reader: Reader,
  value: unknown,
  path: string,
  accounts: KnownAccounts,
): Target | undefined {
  const fields = reader.object(value, path, ['region', 'groups', 'account']);
  if (!fields) return undefined;
  const account =
    fields.account === undefined
      ? OWN_ACCOUNT
      : readAccount(reader, fields.account, `${path}.account`, accounts);
  const regionId = reader.parsed(
    fields.region,
    `${path}.region`,
    parseRegionId,
    'write a region id, such as cn-hangzhou',
  );
  const groupIds = reader.list(fields.groups, `${path}.groups`, MOST_GROUPS, (id, where) =>
    reader.parsed(id, where, parseGroupId, 'write a security group id, such as sg-bp67acfm'),
  );
  if (!account || !regionId || !groupIds) return undefined;
  return account === OWN_ACCOUNT
    ? { regionId, groupIds }
    : { regionId, accountId: parseAccountId(account), groupIds };
}

/** The id of an account, or what stands for the own one. */
function readAccount(
  reader: Reader,
  value: unknown,
  path: string,
  { own, members }: KnownAccounts,
): string | undefined {
  if (typeof value === 'string' && value === own) return OWN_ACCOUNT;
  if (typeof value === 'string' && members.includes(value)) return value;
  return reader.refuse(path, 'is not an account here: write the id of one, in quotes');
}

function readFilter(
  reader: Reader,
  value: unknown,
  known: KnownAccounts,
): WebhookCommand['selection'] | undefined {
  const fields = reader.object(value, 'filter', ['regions', 'names', 'tags', 'accounts']);
  if (!fields) return undefined;
  if (Object.keys(fields).length === 0) {
    return reader.refuse('filter', 'is empty: say which groups; {"names":["*"]} means all of them');
  }
  const { regions = ['*'], names = ['*'], tags = {} } = fields;
  const patterns = (list: unknown, path: string) =>
    reader.list(list, path, MOST_ITEMS, (pattern, where) =>
      reader.text(pattern, where, LONGEST_NAME, 'write a text, with * for any characters'),
    );
  const match = {
    regions: patterns(regions, 'filter.regions'),
    names: patterns(names, 'filter.names'),
    tags: readTags(reader, tags, patterns),
  };
  const accounts =
    fields.accounts === undefined
      ? undefined
      : reader.list(fields.accounts, 'filter.accounts', MOST_ITEMS, (id, path) =>
          readAccount(reader, id, path, known),
        );
  if (!match.regions || !match.names || !match.tags) return undefined;
  return {
    kind: 'filter',
    match: {
      ...(accounts ? { accounts } : {}),
      regions: match.regions,
      names: match.names,
      tags: match.tags,
      types: ['normal', 'enterprise'],
    },
  };
}

function readTags(
  reader: Reader,
  value: unknown,
  patterns: (list: unknown, path: string) => string[] | undefined,
): Readonly<Record<string, readonly string[]>> | undefined {
  const tags = reader.object(value, 'filter.tags');
  if (!tags) return undefined;
  const entries = Object.entries(tags);
  if (entries.length > MOST_ITEMS) {
    return reader.refuse('filter.tags', `has ${entries.length} keys: write at most ${MOST_ITEMS}`);
  }
  return Object.fromEntries(
    entries.flatMap(([key, values]) => {
      const list = patterns(values, pathOf('filter.tags', key));
      return list ? [[key, list]] : [];
    }),
  );
}

function readPolicyId(
  reader: Reader,
  value: unknown,
  path: string,
  known: readonly string[],
): string | undefined {
  if (typeof value === 'string' && known.includes(value)) return value;
  const near = typeof value === 'string' ? nearest(value, known) : undefined;
  return reader.refuse(
    path,
    near
      ? `is not a policy here: did you mean "${near}"?`
      : 'is not a policy here: write the id of one',
  );
}
