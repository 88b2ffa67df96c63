import type { EcsClient } from '../../shared/ecs';

/**
 * A client that makes each read once, whatever becomes of it, and no write at all: every answer is of one
 * look at the account.
 */
export function readOnce(ecs: EcsClient): EcsClient {
  return {
    describeRegions: once(() => ecs.describeRegions()),
    listSecurityGroups: once((filter) => ecs.listSecurityGroups(filter)),
    readSecurityGroup: once((id) => ecs.readSecurityGroup(id)),
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
