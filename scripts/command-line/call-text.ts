import type { GroupResult } from '../../shared/remediation';
import { describeRule, parseRule } from '../../shared/security-group';

/** A write in words, one text for each change. */
export function describeCall(call: GroupResult['calls'][number]['call']): string[] {
  switch (call.action) {
    case 'AuthorizeSecurityGroup':
    case 'AuthorizeSecurityGroupEgress': {
      const Direction = call.action === 'AuthorizeSecurityGroup' ? 'ingress' : 'egress';
      return call.parameters.Permissions.map(
        (permission) => `add ${describeRule(parseRule({ Direction, ...permission }))}`,
      );
    }
    case 'ModifySecurityGroupRule':
    case 'ModifySecurityGroupEgressRule': {
      const { SecurityGroupRuleId, Description } = call.parameters;
      return [`describe ${SecurityGroupRuleId ?? 'rule'} as "${Description}"`];
    }
    case 'RevokeSecurityGroup':
    case 'RevokeSecurityGroupEgress': {
      const { parameters } = call;
      if (!('Permissions' in parameters)) {
        return parameters.SecurityGroupRuleId.map((id) => `revoke ${id}`);
      }
      const Direction = call.action === 'RevokeSecurityGroup' ? 'ingress' : 'egress';
      return parameters.Permissions.map(
        (permission) => `revoke ${describeRule(parseRule({ Direction, ...permission }))}`,
      );
    }
    default:
      return call satisfies never;
  }
}
