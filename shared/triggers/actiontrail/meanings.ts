import type { Direction } from '../../security-group';

/** What a call of ECS means for security groups. */
export type Meaning =
  | {
      readonly kind: 'authorize' | 'revoke' | 'modify-rule';
      readonly direction: Direction;
    }
  /** `configure`: the group's rules changed in a way that no page describes. */
  | { readonly kind: 'create' | 'inner-access' | 'attribute' | 'configure' }
  | { readonly kind: 'tag' | 'untag' }
  | { readonly kind: 'prefix-list' | 'port-list' }
  | { readonly kind: 'none'; readonly reason: string };

const NO_RULES_LEFT = 'a deleted group has no rules left';
const MEMBERS_ONLY = 'it changes who is in the group, not its rules';
const NOT_REFERENCED = 'no rule can name the list at that time';

/** The write calls of ECS that touch groups or what their rules name, by the name of the API. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  AuthorizeSecurityGroup: { kind: 'authorize', direction: 'ingress' },
  AuthorizeSecurityGroupEgress: { kind: 'authorize', direction: 'egress' },
  RevokeSecurityGroup: { kind: 'revoke', direction: 'ingress' },
  RevokeSecurityGroupEgress: { kind: 'revoke', direction: 'egress' },
  ModifySecurityGroupRule: { kind: 'modify-rule', direction: 'ingress' },
  ModifySecurityGroupEgressRule: { kind: 'modify-rule', direction: 'egress' },
  ModifySecurityGroupPolicy: { kind: 'inner-access' },
  ModifySecurityGroupAttribute: { kind: 'attribute' },
  ConfigureSecurityGroupPermissions: { kind: 'configure' },
  CreateSecurityGroup: { kind: 'create' },
  DeleteSecurityGroup: { kind: 'none', reason: NO_RULES_LEFT },
  JoinSecurityGroup: { kind: 'none', reason: MEMBERS_ONLY },
  LeaveSecurityGroup: { kind: 'none', reason: MEMBERS_ONLY },
  TagResources: { kind: 'tag' },
  UntagResources: { kind: 'untag' },
  AddTags: { kind: 'tag' },
  RemoveTags: { kind: 'untag' },
  ModifyPrefixList: { kind: 'prefix-list' },
  CreatePrefixList: { kind: 'none', reason: NOT_REFERENCED },
  // A list in use cannot be deleted (DeletePrefixList page: NotAllowed.AssociationExist).
  DeletePrefixList: { kind: 'none', reason: NOT_REFERENCED },
  ModifyPortRangeList: { kind: 'port-list' },
  CreatePortRangeList: { kind: 'none', reason: NOT_REFERENCED },
  DeletePortRangeList: { kind: 'none', reason: NOT_REFERENCED },
};

const BY_LOWER_CASE = new Map(
  Object.entries(MEANINGS).map(([name, meaning]) => [name.toLowerCase(), meaning]),
);

/** What a call means, or undefined if it is not about security groups. */
export function meaningOf(name: string): Meaning | undefined {
  return BY_LOWER_CASE.get(name.toLowerCase());
}
