import { z } from 'zod';
import { isGroupId, isRuleId } from './ids';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

/** The list inside the object that responses wrap it in, `{ Permission: [...] }`; a bare list as it is. */
export function unwrapped(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return value ?? [];
  }
  const [only, ...rest] = Object.values(value);
  return rest.length === 0 ? (only ?? []) : value;
}

function listOf<Item extends z.ZodType>(item: Item) {
  return z.preprocess(unwrapped, z.array(item));
}

const tagSchema = z
  .object({ TagKey: text, TagValue: text, Key: text, Value: text })
  .transform((tag): [string, string] => [tag.TagKey || tag.Key, tag.TagValue || tag.Value])
  .refine(([key]) => key !== '', 'a tag needs a TagKey');

const momentSchema = text
  .transform((value) => (value === '' ? undefined : Date.parse(value)))
  .refine((value) => !Number.isNaN(value), 'write a date such as 2026-03-01T08:00:00Z');

const ruleSchema = z.object({
  Direction: z.enum(['ingress', 'egress']),
  IpProtocol: z.string().min(1),
  PortRange: text,
  PortRangeListId: text,
  SourcePortRange: text,
  Policy: text
    .transform((value) => value.toLowerCase())
    .refine((value) => ['', 'accept', 'drop'].includes(value), 'write Accept or Drop'),
  Priority: z
    .union([z.number(), z.string().regex(/^\d+$/)], 'write a number')
    .nullish()
    .transform((value) => Number(value ?? 1)),
  NicType: z.enum(['internet', 'intranet', '']).nullish(),
  SourceCidrIp: text,
  Ipv6SourceCidrIp: text,
  SourceGroupId: text,
  SourceGroupOwnerAccount: text,
  SourcePrefixListId: text,
  DestCidrIp: text,
  Ipv6DestCidrIp: text,
  DestGroupId: text,
  DestGroupOwnerAccount: text,
  DestPrefixListId: text,
  Description: text,
  SecurityGroupRuleId: text.refine(
    (id) => id === '' || isRuleId(id),
    'write an id that starts with sgr-',
  ),
  CreateTime: momentSchema,
});

const groupSchema = z.object({
  SecurityGroupId: z.string().refine(isGroupId, 'write an id that starts with sg-'),
  SecurityGroupName: text,
  Description: text,
  SecurityGroupType: z.enum(['normal', 'enterprise']).nullish(),
  InnerAccessPolicy: z.enum(['Accept', 'Drop']).nullish(),
  VpcId: text,
  ServiceManaged: z.boolean().nullish(),
  ResourceGroupId: text,
  CreationTime: momentSchema,
  Tags: listOf(tagSchema),
  Permissions: listOf(ruleSchema),
});

const listFields = {
  Description: text,
  ResourceGroupId: text,
  CreationTime: momentSchema,
  Tags: listOf(tagSchema),
};

const prefixListSchema = z.object({
  PrefixListId: z.string().min(1),
  PrefixListName: text,
  AddressFamily: z.enum(['IPv4', 'IPv6']),
  MaxEntries: z.int().positive().nullish(),
  Entries: listOf(z.object({ Cidr: z.string().min(1), Description: text })),
  ...listFields,
});

const portRangeListSchema = z.object({
  PortRangeListId: z.string().min(1),
  PortRangeListName: text,
  MaxEntries: z.int().positive().nullish(),
  Entries: listOf(z.object({ PortRange: z.string().min(1), Description: text })),
  ...listFields,
});

/** The inventory of one region, in the shape of DescribeSecurityGroupAttribute; other fields are ignored. */
export const regionInventorySchema = z.object({
  RegionId: z.string().min(1),
  /** Of another account than the default one. */
  AccountId: z
    .string()
    .regex(/^\d{5,20}$/, 'write the digits of an account id, in quotes')
    .optional(),
  SecurityGroups: listOf(groupSchema),
  PrefixLists: listOf(prefixListSchema),
  PortRangeLists: listOf(portRangeListSchema),
});

/** The inventory of one region, parsed. */
export type RegionInventory = z.output<typeof regionInventorySchema>;
/** A group of an inventory, parsed. */
export type GroupInventory = RegionInventory['SecurityGroups'][number];
/** A rule of an inventory, parsed. */
export type RuleInventory = GroupInventory['Permissions'][number];
