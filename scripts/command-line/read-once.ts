import type { EcsClient } from '../../shared/ecs';
import type { SecurityGroupId } from '../../shared/security-group';

/**
 * A client that makes each read once, whatever becomes of it, and no write at all: every answer is of one
 * look at the account.
 */
export function readOnce(ecs: EcsClient): EcsClient {
  const rulesOf = once((id: SecurityGroupId) => ecs.readSecurityGroup(id));
  return {
    describeRegions: once(() => ecs.describeRegions()),
    listSecurityGroups: once((filter) => ecs.listSecurityGroups(filter)),
    // Whoever knows more of the group gets the same answer.
    readSecurityGroup: (id) => rulesOf(id),
    readPrefixList: once((id) => ecs.readPrefixList(id)),
    readPortRangeList: once((id) => ecs.readPortRangeList(id)),
    listGroupsThatName: once((kind, id) => ecs.listGroupsThatName(kind, id)),
    execute: async ({ action }) => {
      throw new TypeError(`${action} was to be sent by a client that only reads`);
    },
  };
}

function once<Parameters extends readonly unknown[], Answer>(
  read: (...parameters: Parameters) => Promise<Answer>,
): (...parameters: Parameters) => Promise<Answer> {
  const answers = new Map<string, Promise<Answer>>();
  return (...parameters) => {
    const key = JSON.stringify(parameters);
    const answer = answers.get(key) ?? read(...parameters);
    answers.set(key, answer);
    return answer;
  };
}
