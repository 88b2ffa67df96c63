import type { AccountId, RegionId, SecurityGroupId } from './identifiers';
import type { Rule } from './rule';

/** Basic (`normal`) or advanced (`enterprise`): they differ in defaults and in what rules may say. */
export type SecurityGroupType = 'normal' | 'enterprise';

/** Where a group is. */
export interface Place {
  readonly regionId: RegionId;
  /** Absent: the account whose credentials Palisade runs with. */
  readonly accountId?: AccountId;
}

/** What a list call tells of a group. */
export interface SecurityGroupSummary extends Place {
  readonly id: SecurityGroupId;
  readonly name: string;
  readonly type: SecurityGroupType;
  /** Absent: a classic-network group. */
  readonly vpcId?: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Set by a cloud product that manages the group; users may only read it. */
  readonly serviceManaged: boolean;
}

/** A group whose rules have been read to the end. */
export interface SecurityGroup extends SecurityGroupSummary {
  /** Traffic between members of a basic group: allowed whatever the rules say, or left to them. */
  readonly innerAccessPolicy: 'accept' | 'drop';
  readonly rules: readonly Rule[];
}
