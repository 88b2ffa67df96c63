/** Plans for tests: policy files in short, and what a plan that is carried out makes of a group. */

import type { RepairCall } from '../../ecs';
import type { PolicySet } from '../../policy';
import { loadPolicies } from '../../policy/load';
import { NO_LISTS } from '../../policy/testing/groups';
import { parseCidr, parseRule, type SecurityGroup } from '../../security-group';
import type { ReadLists } from '../../traffic';
import { judgeGroup } from '../judge';
import { planGroup } from '../plan';
import type { CountedLists } from '../read';

export const LISTS: ReadLists = {
  prefixLists: new Map([['pl-read', [parseCidr('10.0.0.0/9'), parseCidr('2001:db8::/48')]]]),
  portRangeLists: new Map([['prl-read', [{ first: 20, last: 30 }]]]),
};

export const NOW = Date.parse('2026-11-23T12:00:00Z');

export function policies(...lines: string[]) {
  return loadPolicies(['version: 1', ...lines].join('\n'), 'policies.yaml', NOW);
}

export function deny(id: string, entry: string, rest = '', kind = 'deny-egress'): string {
  return `  - { id: ${id}, kind: ${kind}, mode: enforce, deny: [${entry}]${rest} }`;
}

export const SMTP = "{ to: ['0.0.0.0/0', '::/0'], protocol: tcp, ports: [25] }";
export const STANDARD =
  "  - { id: standard, kind: describe-rules, mode: enforce, template: '{owner} | {ticket} | {text}', fields: { owner: { tag: owner }, ticket: { existing: true } } }";

export function plan(
  set: PolicySet,
  group: SecurityGroup,
  lists: ReadLists = NO_LISTS,
  now = NOW,
  rulesCounted: CountedLists['rulesCounted'] = new Map(),
) {
  return planGroup(set, group, { ...lists, rulesCounted }, judgeGroup(set, group, lists, now), now);
}

/** A group after calls that all succeeded. */
export function carryOut(group: SecurityGroup, calls: readonly RepairCall[]): SecurityGroup {
  const rules = [...group.rules];
  for (const call of calls) {
    switch (call.action) {
      case 'AuthorizeSecurityGroup':
      case 'AuthorizeSecurityGroupEgress': {
        const Direction = call.action === 'AuthorizeSecurityGroup' ? 'ingress' : 'egress';
        for (const permission of call.parameters.Permissions) {
          const SecurityGroupRuleId = `sgr-new${rules.length}`;
          rules.push(parseRule({ ...permission, Direction, SecurityGroupRuleId }));
        }
        break;
      }
      case 'ModifySecurityGroupRule':
      case 'ModifySecurityGroupEgressRule': {
        const { SecurityGroupRuleId, Description } = call.parameters;
        const position = rules.findIndex((rule) => rule.id === SecurityGroupRuleId);
        const rule = rules[position];
        if (!rule) throw new Error(`no rule ${SecurityGroupRuleId}`);
        rules[position] = parseRule({ ...rule.permission, Description });
        break;
      }
      default:
        call satisfies never;
    }
  }
  return { ...group, rules };
}
