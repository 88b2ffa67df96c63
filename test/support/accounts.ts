import type { CallRecord, LocalCloud, RoleDefinition } from '../../local-cloud';
import type { Inventory } from './inventory';
import { shippedDocument } from './role-stage';

/** The account that the functions run in, and two that they assume a role in. */
export const ACCOUNTS = {
  home: '1234567890123456',
  shop: '2222333344445555',
  bank: '6666777788889999',
} as const;

/** Name of the role in those two. */
export const MEMBER_ROLE = 'palisade-member';
const EXTERNAL_ID = 'acme';

/** `accounts` of a policy file: all three, unless fields of the bank's entry say otherwise. */
export function accountsText({ externalId = EXTERNAL_ID } = {}): string {
  const { home, shop, bank } = ACCOUNTS;
  return `[{ id: '${home}' }, { id: '${shop}', role: ${MEMBER_ROLE}, externalId: ${EXTERNAL_ID} }, { id: '${bank}', role: ${MEMBER_ROLE}, externalId: ${externalId} }]`;
}

/** The role of the functions, which may assume the roles of the others, and those roles, as they are shipped. */
export function rolesOf(...members: readonly string[]): RoleDefinition[] {
  return [
    {
      accountId: ACCOUNTS.home,
      roleName: 'palisade',
      policies: [shippedDocument('function-role.json')],
    },
    ...members.map((accountId) => memberRole(accountId)),
  ];
}

/** A role that may do with groups what the functions do, and that the functions' role may assume. */
export function memberRole(accountId: string): RoleDefinition {
  return {
    accountId,
    roleName: MEMBER_ROLE,
    policies: [shippedDocument('member-role.json')],
    trustPolicy: shippedDocument('member-trust.json'),
  };
}

/** The same role, which people of the functions' account may assume as well as its functions. */
export function openToPeople(role: RoleDefinition): RoleDefinition {
  if (role.trustPolicy === undefined) return role;
  const trustPolicy = JSON.stringify(role.trustPolicy).replaceAll(':role/palisade"', ':root"');
  return { ...role, trustPolicy: JSON.parse(trustPolicy) };
}

/** The same inventory in an account, with the account's id in the ids of groups and rules. */
export function inventoryIn(accountId: string, inventory: readonly Inventory[]): Inventory[] {
  const mark = accountId.slice(0, 4);
  return inventory.map((region) => ({
    ...region,
    AccountId: accountId,
    SecurityGroups: region.SecurityGroups.map((group) => ({
      ...group,
      SecurityGroupId: group.SecurityGroupId.replace('sg-', `sg-a${mark}`),
      Permissions: group.Permissions.map((rule) => ({
        ...rule,
        ...(rule.SecurityGroupRuleId === undefined
          ? {}
          : { SecurityGroupRuleId: rule.SecurityGroupRuleId.replace('sgr-', `sgr-a${mark}`) }),
      })),
    })),
  }));
}

/** Calls of AssumeRole so far, for the role of one account or of all. */
export function assumptions(cloud: LocalCloud, accountId = ''): CallRecord[] {
  return cloud.calls
    .all()
    .filter(
      ({ action, parameters }) =>
        action === 'AssumeRole' && (parameters.RoleArn ?? '').includes(`::${accountId}`),
    );
}
