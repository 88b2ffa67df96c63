import type { SecurityGroupSummary } from '../../shared/security-group';
import { printable } from './printable';

/** Tag keys by which people tell what a group is for, the likeliest first. */
const ENVIRONMENT_KEYS = /^(env|environment|stage)$/i;
const OWNER_KEYS = /^(owner|team|service[-_]?owner|department|app(lication)?)$/i;
const TICKET_KEYS = /^(ticket|change|issue|request)([-_]?id)?$/i;
const PRODUCTION = /^(prod|production|prd|online)$/i;

const MOST_NAMED = 6;
/** Share of the groups that a run may change, until it is known what runs do. */
const PERCENT = 25;

/**
 * A policy file to start from, in mode observe: fitted to the groups of an account if these are given.
 * `schema` is where its JSON Schema is, seen from the file.
 */
export function starterPolicy(
  groups: readonly SecurityGroupSummary[] | undefined,
  now: Date,
  schema: string,
): string {
  const maxGroups = Math.max(10, Math.floor(((groups?.length ?? 200) * PERCENT) / 100));
  const tags = countTags(groups ?? []);
  const owner = keyLike(tags, OWNER_KEYS) ?? 'owner';
  const ticket = keyLike(tags, TICKET_KEYS) ?? 'ticket';
  return `# yaml-language-server: $schema=${schema}
# Written by "palisade init" on ${now.toISOString().slice(0, 10)}. ${estateText(groups)}
${tagText(tags)}# Everything only observes: set "mode: enforce" at a policy once its plan says what you expect.
version: 1

# A run that would change more than this changes nothing at all.
guardrails:
  maxGroups: ${maxGroups}
  maxGroupsPercent: ${PERCENT}
  maxChanges: ${maxGroups * 10}
  # A repair that takes more than this at one group is not made; enforced descriptions take one for each rule.
  maxChangesPerGroupPerHour: 200

policies:
  # Mail and Windows file sharing never leave a group, over IPv4 or IPv6.
  - id: no-mail-or-file-sharing-out
    kind: deny-egress
    mode: observe
    severity: high
${matchText(groups, tags)}
    deny:
      - { to: ["0.0.0.0/0", "::/0"], protocol: tcp, ports: [25, 445, "135-139"] }
    rule: { priority: 1, description: "{policy} | managed by palisade" }
    # A group that must send mail:
    # exempt:
    #   - { groups: [sg-bp1example], reason: mail relay, ticket: SEC-1, until: ${now.getUTCFullYear() + 1}-06-30 }

  # Nobody logs in from the Internet; private networks may.
  - id: no-remote-login-from-internet
    kind: deny-ingress
    mode: observe
    severity: critical
    deny:
      - { from: [internet], protocol: tcp, ports: [22, 3389] }
    rule: { priority: 1, description: "{policy} | managed by palisade" }

  # Every rule says who owns it and why it is there.
  - id: rule-descriptions
    kind: describe-rules
    mode: observe
    severity: low
    template: "{owner} | {ticket} | {text}"
    fields:
      owner: { tag: ${JSON.stringify(owner)}, default: unowned }
      ticket: { tag: ${JSON.stringify(ticket)}, default: none }
`;
}

type TagCounts = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** How many groups have which values of which tags. */
function countTags(groups: readonly SecurityGroupSummary[]): TagCounts {
  const tags = new Map<string, Map<string, number>>();
  for (const [key, value] of groups.flatMap((group) => Object.entries(group.tags))) {
    const values = tags.get(key) ?? new Map<string, number>();
    tags.set(key, values.set(value, (values.get(value) ?? 0) + 1));
  }
  return tags;
}

/** The key of this sort that the most groups have. */
function keyLike(tags: TagCounts, sort: RegExp): string | undefined {
  return byCount([...tags].map(([key, values]) => [key, sum(values.values())] as const))
    .map(([key]) => key)
    .find((key) => sort.test(key));
}

function estateText(groups: readonly SecurityGroupSummary[] | undefined): string {
  if (!groups) return 'The account was not looked at.';
  const regions = new Map<string, number>();
  for (const { regionId } of groups) regions.set(regionId, (regions.get(regionId) ?? 0) + 1);
  if (groups.length === 0) return 'There were no groups.';
  return `Groups: ${groups.length}, in ${named(byCount([...regions]))}.`;
}

function tagText(tags: TagCounts): string {
  if (tags.size === 0) return '';
  const counts = byCount(
    [...tags].map(([key, values]) => [printable(key), sum(values.values())] as const),
  );
  return `# Tags of groups: ${named(counts)}.\n`;
}

/** All groups, and how to begin with some: those of production if tags tell, else those of one region. */
function matchText(groups: readonly SecurityGroupSummary[] | undefined, tags: TagCounts): string {
  const environment = keyLike(tags, ENVIRONMENT_KEYS);
  const values = environment === undefined ? undefined : tags.get(environment);
  const production = [...(values?.keys() ?? [])].find((value) => PRODUCTION.test(value));
  const all = '    match: { regions: ["*"] }';
  if (environment !== undefined && production !== undefined) {
    const tag = `${JSON.stringify(environment)}: [${JSON.stringify(production)}]`;
    return `    # To begin with those of production, ${values?.get(production)} so far: match: { tags: { ${tag} } }\n${all}`;
  }
  const [first] = groups ?? [];
  return first
    ? `    # To begin with one region: match: { regions: ["${first.regionId}"] }\n${all}`
    : all;
}

function byCount<Key>(counts: readonly (readonly [Key, number])[]): (readonly [Key, number])[] {
  return counts.toSorted(([, one], [, other]) => other - one);
}

function named(counts: readonly (readonly [string, number])[]): string {
  const shown = counts.slice(0, MOST_NAMED).map(([name, count]) => `${name} (${count})`);
  const more = counts.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((total, each) => total + each, 0);
}
