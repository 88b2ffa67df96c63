import { FormatError, type SecurityGroup, type SecurityGroupSummary } from '../../security-group';
import type { ActionTrailEvent } from './event';
import { type Parameters, parameter } from './flatten';
import { type Meaning, meaningOf } from './meanings';
import { authorized, modified, revoked } from './rule-effect';
import { subjectOf } from './subject';
import { askedTags, hasTags, tagged, untagged } from './tag-effect';
import { type Effect, verdict } from './verdict';

/** A group as it was just read. */
export interface SeenGroup {
  readonly summary: SecurityGroupSummary;
  readonly group: SecurityGroup;
}

/**
 * Says whether the effect of an event shows in a fresh read of a group, or in its not being there
 * (undefined). Reads lag behind writes (DescribeSecurityGroupAttribute), so that `missing` is a reason
 * to read again; it can also mean that somebody has undone the change since.
 */
export function showsEffect(event: ActionTrailEvent, seen: SeenGroup | undefined): Effect {
  const meaning = meaningOf(event.name);
  const subject = subjectOf(event);
  if (meaning === undefined || subject.kind !== 'groups') return 'cannot tell';
  if (seen === undefined) return 'missing';
  const ids = subject.securityGroupIds;
  if (!ids.includes(seen.summary.id) || !event.parametersComplete) return 'cannot tell';
  const severalMeant = meaning.kind === 'tag' || meaning.kind === 'untag';
  // Several ids of a call on one group: some are of peers, found among the resources it refers to.
  if (ids.length > 1 && !severalMeant) return 'cannot tell';
  try {
    return effectOf(meaning, event.parameters, seen);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return 'cannot tell';
  }
}

function effectOf(meaning: Meaning, parameters: Parameters, seen: SeenGroup): Effect {
  const { summary, group } = seen;
  switch (meaning.kind) {
    case 'authorize':
      return authorized(parameters, meaning.direction, group.rules);
    case 'revoke':
      return revoked(parameters, meaning.direction, group.rules);
    case 'modify-rule':
      return modified(parameters, meaning.direction, group.rules);
    case 'inner-access': {
      const asked = parameter(parameters, 'InnerAccessPolicy')?.toLowerCase();
      if (asked !== 'accept' && asked !== 'drop') return 'cannot tell';
      return verdict(group.innerAccessPolicy === asked);
    }
    case 'attribute': {
      // Reads of a group leave its description out.
      const name = parameter(parameters, 'SecurityGroupName');
      return name === undefined ? 'cannot tell' : verdict(summary.name === name);
    }
    case 'create': {
      const name = parameter(parameters, 'SecurityGroupName') ?? summary.name;
      return verdict(summary.name === name && hasTags(askedTags(parameters), summary));
    }
    case 'tag':
      return tagged(parameters, summary);
    case 'untag':
      return untagged(parameters, summary);
    case 'configure':
    case 'prefix-list':
    case 'port-list':
    case 'none':
      return 'cannot tell';
    default:
      return meaning satisfies never;
  }
}
