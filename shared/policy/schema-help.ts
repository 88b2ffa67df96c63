/** What the JSON Schema of policy files says of a key besides its form, for editors and documents. */
export interface KeyHelp {
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly anyOf?: readonly object[];
  readonly not?: object;
}

const OCTET = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';

const peers = (what: string, example: string): KeyHelp => ({
  description: `${what}: CIDR blocks of IPv4 or IPv6, internet (every address outside private networks), prefix lists (pl-…) or security groups (sg-…).`,
  examples: [['0.0.0.0/0', '::/0'], ['internet'], [example]],
});

const PEER: KeyHelp = {
  anyOf: [
    { const: 'internet' },
    { pattern: '^(sg|pl)-[A-Za-z0-9_-]+$' },
    { pattern: `^${OCTET}(\\.${OCTET}){3}(/(3[0-2]|[12]\\d|\\d))?$` },
    { pattern: '^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(/(12[0-8]|1[01]\\d|[1-9]?\\d))?$' },
  ],
};

const PROTOCOL: KeyHelp = {
  examples: ['tcp', 'udp', 'all', 47],
  anyOf: [
    { type: 'string', enum: ['tcp', 'udp', 'icmp', 'icmpv6', 'gre', 'all'] },
    {
      type: 'string',
      pattern:
        '^([Tt][Cc][Pp]|[Uu][Dd][Pp]|[Ii][Cc][Mm][Pp]([Vv]6)?|[Gg][Rr][Ee]|[Aa][Ll][Ll]|25[0-5]|2[0-4]\\d|[01]?\\d?\\d)$',
    },
    { type: 'integer', minimum: 0, maximum: 255 },
  ],
};

const PORT: KeyHelp = {
  anyOf: [
    { type: 'integer', minimum: 1, maximum: 65535 },
    { type: 'string', pattern: '^\\d{1,5}(-\\d{1,5})?$' },
  ],
};

const both = (one: string, other: string) => ({
  required: [one, other],
  ...(other === 'existing'
    ? { properties: { existing: { const: true, description: 'Asked for.' } } }
    : {}),
});
const FIELD: KeyHelp = {
  description:
    'Where the placeholder of this name gets its text. At most one of value, tag and existing; without any, the default.',
  examples: [{ tag: 'owner', default: 'unowned' }, { value: 'network-team' }, { existing: true }],
  not: { anyOf: [both('value', 'tag'), both('value', 'existing'), both('tag', 'existing')] },
};
const FIELD_KEYS = (path: string, unlisted: string): Readonly<Record<string, KeyHelp>> => ({
  [path]: {
    description: `Where the placeholders of the template get their text, by name. ${unlisted}`,
    examples: [{ owner: { tag: 'owner', default: 'unowned' } }],
  },
  [`${path}.*`]: FIELD,
  [`${path}.*.value`]: { description: 'A fixed text.', examples: ['network-team'] },
  [`${path}.*.tag`]: {
    description: 'Key of a tag of the group, whose value is taken.',
    examples: ['owner'],
  },
  [`${path}.*.existing`]: {
    description: 'true: what the description holds at this place already, if it has this form.',
    examples: [true],
  },
  [`${path}.*.default`]: {
    description: 'The text where the source gives none.',
    examples: ['unowned'],
  },
});

/** By path: `[]` is an entry of a list, `*` the value of any key. Every key of a policy file has an entry. */
export const SCHEMA_HELP: Readonly<Record<string, KeyHelp>> = {
  version: { description: 'Version of the form of this file: 1.' },
  accounts: {
    description:
      'Accounts whose groups are looked after. Left out: only the account that Palisade runs with.',
    examples: [[{ id: '1234567890123456', role: 'palisade-member', externalId: 'acme-palisade' }]],
  },
  'accounts[].id': {
    description: 'Id of the account, in quotes.',
    examples: ['1234567890123456'],
  },
  'accounts[].role': {
    description:
      'RAM role that is assumed there, by name or ARN. Left out: it is the account that Palisade runs with.',
    examples: ['palisade-member', 'acs:ram::1234567890123456:role/palisade-member'],
  },
  'accounts[].externalId': {
    description: 'What the trust policy of the role asks for as sts:ExternalId.',
    examples: ['acme-palisade'],
  },
  'accounts[].regions': {
    description: 'Regions that are looked after there; * stands for any characters.',
    examples: [['cn-*']],
  },
  guardrails: {
    description:
      'Bounds of what is changed, whatever the policies say. A run that would go beyond one changes nothing at all.',
    examples: [
      { maxChanges: 200, maxGroups: 50, maxGroupsPercent: 25, maxChangesPerGroupPerHour: 20 },
    ],
  },
  'guardrails.maxChanges': {
    description:
      'Most rules added and descriptions changed in a run and, over all runs together, within an hour.',
    examples: [200],
  },
  'guardrails.maxGroups': {
    description: 'Most groups changed in a run and, over all runs together, within an hour.',
    examples: [50],
  },
  'guardrails.maxGroupsPercent': {
    description:
      'The same as a share of the groups that the policies are about, in percent; 0 allows no change, 100 bounds nothing.',
    examples: [25],
  },
  'guardrails.maxChangesPerGroupPerHour': {
    description:
      'Most changes to one group within an hour. A group past it is only observed until the hour is over.',
    examples: [20],
  },
  quotas: {
    description: 'What the account allows; accounts differ.',
    examples: [{ rulesPerGroup: 200 }],
  },
  'quotas.rulesPerGroup': {
    description: 'Most rules that a group may hold, both directions together.',
    examples: [200],
  },
  policies: { description: 'The policies. Each is about all groups that its match describes.' },
  'policies[].id': {
    description: 'Name of the policy in reports, records and {policy}: unique in the file.',
    examples: ['no-smtp-smb-out'],
  },
  'policies[].kind': {
    description:
      'deny-egress: traffic that must not get out. deny-ingress: traffic that must not get in. describe-rules: the standard description of every rule.',
  },
  'policies[].mode': {
    description: 'observe: only report. enforce: repair, too.',
  },
  'policies[].severity': { description: 'How bad a violation is, for reports.' },
  'policies[].match': {
    description:
      'Which groups the policy is about. Everything that is written must hold; * stands for any characters.',
    examples: [{ regions: ['cn-*'], tags: { env: ['prod'] } }],
  },
  'policies[].match.accounts': {
    description: 'Ids of accounts, which the file must name under accounts.',
    examples: [['1234567890123456']],
  },
  'policies[].match.regions': {
    description: 'Ids of regions; * stands for any characters.',
    examples: [['cn-*'], ['cn-hangzhou', 'cn-shanghai']],
  },
  'policies[].match.names': {
    description: 'Names of groups; * stands for any characters.',
    examples: [['web-*']],
  },
  'policies[].match.types': {
    description: 'Basic security groups (normal) or advanced ones (enterprise).',
    examples: [['normal']],
  },
  'policies[].match.tags': {
    description:
      'Tags that a group must have, each with one of the values listed; * stands for any characters.',
    examples: [{ env: ['prod', 'staging'] }, { owner: ['*'] }],
  },
  'policies[].match.tags.*': { description: 'Values of the tag, one of which the group has.' },
  'policies[].exempt': {
    description: 'Groups that the policy lets pass, why, and until when.',
    examples: [
      [{ groups: ['sg-bp1relay'], reason: 'mail relay', ticket: 'SEC-1234', until: '2099-12-31' }],
    ],
  },
  'policies[].exempt[].groups': {
    description: 'Ids of the security groups.',
    examples: [['sg-bp1relay']],
  },
  'policies[].exempt[].reason': { description: 'Why, for the record.', examples: ['mail relay'] },
  'policies[].exempt[].ticket': {
    description: 'The ticket that allows it.',
    examples: ['SEC-1234'],
  },
  'policies[].exempt[].until': {
    description: 'Last day, YYYY-MM-DD in UTC, on which it holds; 14 days ahead it is pointed out.',
    examples: ['2099-12-31'],
  },
  'policies[].exempt[].to': peers('Only traffic to these is let pass', '192.0.2.7'),
  'policies[].exempt[].to[]': PEER,
  'policies[].exempt[].from': peers('Only traffic from these is let pass', '192.0.2.7'),
  'policies[].exempt[].from[]': PEER,
  'policies[].exempt[].protocol': {
    ...PROTOCOL,
    description: 'Only this protocol is let pass: a name or a number from 0 to 255.',
  },
  'policies[].exempt[].ports': {
    description: 'Only these destination ports are let pass: numbers, or ranges in quotes.',
    examples: [[25], [443, '8000-8999']],
  },
  'policies[].exempt[].ports[]': PORT,
  'policies[].deny': {
    description: 'The traffic that must not get through: each entry is one kind of it.',
  },
  'policies[].deny[].to': peers('Where the traffic goes to', 'pl-bp1blocked'),
  'policies[].deny[].to[]': PEER,
  'policies[].deny[].from': peers('Where the traffic comes from', 'pl-bp1blocked'),
  'policies[].deny[].from[]': PEER,
  'policies[].deny[].protocol': {
    ...PROTOCOL,
    description: 'A protocol by name, by number from 0 to 255, or all.',
  },
  'policies[].deny[].ports': {
    description:
      'Destination ports of TCP or UDP: numbers, or ranges in quotes. Left out: every port.',
    examples: [[25, 445, '135-139']],
  },
  'policies[].deny[].ports[]': PORT,
  'policies[].rule': {
    description: 'What the drop rules look like that a repair adds.',
    examples: [{ priority: 1, description: '{policy} | {ticket} | managed by palisade' }],
  },
  'policies[].rule.priority': {
    description:
      'Priority of the drop rules, 1 being the strongest. At 1 no rule of any group beats them; a weaker one is used only where it wins.',
    examples: [1],
  },
  'policies[].rule.description': {
    description:
      'Description of the drop rules: a template with {policy}, {severity}, names of fields or tags of the group.',
    examples: ['{policy} | {ticket} | managed by palisade'],
  },
  ...FIELD_KEYS('policies[].rule.fields', 'One that is not listed is the tag of its name.'),
  'policies[].direction': {
    description: 'Rules of which direction are described.',
    examples: [['ingress', 'egress']],
  },
  'policies[].template': {
    description:
      'The standard description. {text}, which must be in it, is what people wrote; every other placeholder is one of fields.',
    examples: ['{owner} | {ticket} | {text}'],
  },
  ...FIELD_KEYS('policies[].fields', 'Every one but {text} must be listed.'),
};
