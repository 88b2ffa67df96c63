import { z } from 'zod';
import { FormatError, parseAccountId, parseCidr, parseProtocol } from '../security-group';
import { INTERNET } from './kinds/internet';
import type { ExemptTraffic } from './policy';
import { mergePorts, parsePolicyPort } from './ports';

/**
 * The form of a policy file: what may stand where. What the parts mean together is checked apart. The
 * messages here say what to write; what was found instead is put before them.
 */

const text = z.string().trim().min(1, 'write a text, or leave the key out');

const wildcard = text.regex(
  /^\S+$/,
  'write one name without white space, with * for any characters',
);

function list<Item extends z.ZodType>(
  item: Item,
  remedy = 'list at least one, or leave the key out',
) {
  return z.array(item).min(1, remedy);
}

function wholeNumber(least: number, most: number) {
  const remedy = `write a whole number from ${least} to ${most}`;
  return z.int(remedy).min(least, remedy).max(most, remedy);
}

const port = z
  .union([z.int(), z.string()], 'write a number from 1 to 65535, or a range such as "135-139"')
  .transform((value, context) => parse(context, () => parsePolicyPort(value)));

const protocol = z
  .union([z.string(), z.int()], 'write tcp, udp, icmp, icmpv6, gre, all or a number from 0 to 255')
  .transform(String)
  .superRefine((value, context) => {
    parse(context, () => parseProtocol(value));
  });

const peer = text.superRefine((value, context) => {
  if (value === INTERNET || /^(sg|pl)-[A-Za-z0-9_-]+$/.test(value)) return;
  parse(context, () => parseCidr(value));
});

function parse<Value>(context: z.RefinementCtx, parser: () => Value): Value {
  try {
    return parser();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
    return z.NEVER;
  }
}

const accountId = z
  .string('write the id in quotes, such as "1234567890123456"')
  .transform((value, context) => parse(context, () => parseAccountId(value)));

const ROLE = /^(?:acs:ram::(\d+):role\/)?([A-Za-z0-9.-]{1,64})$/i;
const role = z
  .string()
  .regex(ROLE, 'write the name of a role, such as palisade-member, or acs:ram::ACCOUNT:role/NAME');

const account = z
  .strictObject({
    id: accountId,
    role: role.optional(),
    externalId: z
      .string('write the external id in quotes')
      .regex(
        /^[A-Za-z0-9=,.@:/_-]{2,1224}$/,
        'write 2 to 1224 letters, digits and = , . @ : / - _, as STS takes them',
      )
      .optional(),
    regions: list(wildcard).optional(),
  })
  .superRefine(({ id, role, externalId }, context) => {
    const owner = ROLE.exec(role ?? '')?.[1];
    if (owner !== undefined && owner !== id) {
      const message = `names a role of account ${owner}: write one of account ${id}, or its name alone`;
      context.addIssue({ code: 'custom', path: ['role'], message });
    }
    if (role === undefined && externalId !== undefined) {
      const message =
        'stands without a role, and is sent only to assume one: add role, or leave externalId out';
      context.addIssue({ code: 'custom', path: ['externalId'], message });
    }
  })
  .transform(({ role, ...rest }): typeof rest & { role?: string } => {
    const name = ROLE.exec(role ?? '')?.[2];
    return name === undefined ? rest : { ...rest, role: name };
  });

const match = z
  .strictObject({
    accounts: list(accountId).optional(),
    regions: list(wildcard).default(['*']),
    names: list(text).default(['*']),
    types: list(z.enum(['normal', 'enterprise'])).default(['normal', 'enterprise']),
    tags: z.record(text, list(text, 'list at least one value, or * for any')).default({}),
  })
  .prefault({});

function required(remedy: string) {
  return z.string(remedy).trim().min(1, remedy);
}

const exemption = {
  groups: list(
    text.regex(/^sg-[A-Za-z0-9_-]+$/, 'write a security group id, such as sg-bp67acfm'),
    'list at least one security group id',
  ),
  reason: required('write why, for the record'),
  ticket: required('write the ticket that allows it, such as SEC-1234'),
  until: z.iso.date('write the last day on which it holds, such as 2027-03-31'),
};

const field = z
  .strictObject({
    value: text.optional(),
    tag: text.optional(),
    existing: z.boolean().optional(),
    default: text.default('none'),
  })
  .refine(
    (source) => [source.value, source.tag, source.existing].filter(Boolean).length <= 1,
    'names several sources: write one of value, tag and existing',
  );

const fields = z.record(text, field).default({});

const common = {
  id: text.regex(
    /^[a-z0-9][a-z0-9-]{0,63}$/,
    'write up to 64 lower-case letters, digits and hyphens, a letter or digit first',
  ),
  mode: z.enum(['observe', 'enforce']).default('observe'),
  severity: z.enum(['low', 'medium', 'high', 'critical']).default('medium'),
  match,
};

const rule = z
  .strictObject({
    priority: wholeNumber(1, 100).default(1),
    description: text.default('{policy} | managed by palisade'),
    fields,
  })
  .prefault({});
const ports = list(port, 'list at least one, or leave the key out for all ports')
  .transform(mergePorts)
  .optional();
const denied = { protocol, ports };
const denials = 'list the traffic to deny';

/** An exemption that says nothing of traffic is of all that the policy denies. */
const exemptTraffic = { ...exemption, protocol: protocol.optional(), ports };
type Exempted<Key extends keyof ExemptTraffic> = ExemptTraffic[Key] | undefined;

function withTraffic<Rest>(
  rest: Rest,
  peers: Exempted<'peers'>,
  protocol: Exempted<'protocol'>,
  ports: Exempted<'ports'>,
): Rest | (Rest & { traffic: ExemptTraffic }) {
  if (!peers && !protocol && !ports) return rest;
  const traffic = { protocol: protocol ?? 'all', ...(peers && { peers }), ...(ports && { ports }) };
  return { ...rest, traffic };
}

/** The far side is called what it is: where traffic goes to, or where it comes from. */
const denyEgress = z.strictObject({
  ...common,
  exempt: z
    .array(
      z
        .strictObject({ ...exemptTraffic, to: list(peer).optional() })
        .transform(({ to, protocol, ports, ...rest }) => withTraffic(rest, to, protocol, ports)),
    )
    .default([]),
  kind: z.literal('deny-egress'),
  deny: list(
    z
      .strictObject({
        to: list(peer, 'list at least one destination, such as 0.0.0.0/0'),
        ...denied,
      })
      .transform(({ to, ...traffic }) => ({ peers: to, ...traffic })),
    denials,
  ),
  rule,
});
const denyIngress = z.strictObject({
  ...common,
  exempt: z
    .array(
      z
        .strictObject({ ...exemptTraffic, from: list(peer).optional() })
        .transform(({ from, protocol, ports, ...rest }) =>
          withTraffic(rest, from, protocol, ports),
        ),
    )
    .default([]),
  kind: z.literal('deny-ingress'),
  deny: list(
    z
      .strictObject({ from: list(peer, 'list at least one source, such as 0.0.0.0/0'), ...denied })
      .transform(({ from, ...traffic }) => ({ peers: from, ...traffic })),
    denials,
  ),
  rule,
});

const describeRules = z.strictObject({
  ...common,
  exempt: z.array(z.strictObject(exemption)).default([]),
  kind: z.literal('describe-rules'),
  direction: list(z.enum(['ingress', 'egress'])).default(['ingress', 'egress']),
  template: text,
  fields,
});

/** A policy file. */
export const policyFile = z.strictObject({
  version: z.literal(1),
  accounts: list(account).optional(),
  guardrails: z
    .strictObject({
      maxChanges: wholeNumber(0, 1_000_000).default(5000),
      maxGroups: wholeNumber(0, 1_000_000).default(1000),
      maxGroupsPercent: wholeNumber(0, 100).default(100),
      maxChangesPerGroupPerHour: wholeNumber(0, 10_000).default(400),
    })
    .prefault({}),
  quotas: z.strictObject({ rulesPerGroup: wholeNumber(1, 10_000).default(200) }).prefault({}),
  policies: list(
    z.discriminatedUnion('kind', [denyEgress, denyIngress, describeRules]),
    'write at least one policy',
  ),
});

export type PolicyFile = z.infer<typeof policyFile>;
