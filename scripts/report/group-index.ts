import { placeName } from '../../shared/security-group';
import type { GroupName } from './model';
import { VERDICTS, type Verdict } from './run-record';

/** How one run left a group. */
export interface Standing {
  readonly group: number;
  readonly verdict: Verdict;
  readonly verdictBefore: Verdict;
  /** Whether changes were called for. */
  readonly hasChanges: boolean;
}

/**
 * Numbers for groups, so that how thousands of runs left thousands of groups fits into memory: four bytes
 * for each, 25 bits of them the number of the group.
 */
export class GroupIndex {
  private readonly numbers = new Map<string, number>();
  private readonly groups: GroupName[] = [];

  pack(group: GroupName, verdict: Verdict, verdictBefore: Verdict, hasChanges: boolean): number {
    const flags = VERDICTS.indexOf(verdict) * 16 + VERDICTS.indexOf(verdictBefore) * 2;
    return this.numberOf(group) * 128 + flags + (hasChanges ? 1 : 0);
  }

  unpack(packed: number): Standing {
    return {
      group: this.groupOf(packed),
      verdict: verdictAt((packed >> 4) & 7),
      verdictBefore: verdictAt((packed >> 1) & 7),
      hasChanges: (packed & 1) === 1,
    };
  }

  /** The number of a packed group alone. */
  groupOf(packed: number): number {
    return packed >>> 7;
  }

  /** Place and id of a group by its number. */
  at(group: number): GroupName {
    const found = this.groups[group];
    if (!found) throw new RangeError(`there is no group with the number ${group}`);
    return found;
  }

  private numberOf({ regionId, accountId, securityGroupId }: GroupName): number {
    const name = `${placeName({ regionId, accountId })}/${securityGroupId}`;
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    const number = this.groups.length;
    this.numbers.set(name, number);
    this.groups.push({
      regionId,
      ...(accountId === undefined ? {} : { accountId }),
      securityGroupId,
    });
    return number;
  }
}

function verdictAt(position: number): Verdict {
  const verdict = VERDICTS[position];
  if (!verdict) throw new RangeError(`there is no verdict with the number ${position}`);
  return verdict;
}
