import type { SecurityGroup } from '../../security-group';

/** Why nothing about a group's rules can be changed, if that is so. */
export function obstacleToWriting(group: SecurityGroup): string | undefined {
  return group.serviceManaged
    ? 'not repaired: another cloud product manages the group, and only that product may change it'
    : undefined;
}
