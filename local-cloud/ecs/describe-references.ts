import type { EcsAction } from './environment';
import { isGroupId } from './ids';
import { repeated, requiredRegion } from './parameters';
import { refuse } from './refuse';

const MOST_GROUPS = 10;

/** DescribeSecurityGroupReferences: which groups have rules that refer to the given ones. */
export const describeSecurityGroupReferences: EcsAction = ({ store }, parameters, context) => {
  const regionId = requiredRegion(parameters);
  const ids = repeated(parameters, 'SecurityGroupId');
  if (ids.length === 0) {
    refuse('MissingParameter', 'SecurityGroupId');
  }
  if (ids.length > MOST_GROUPS || !ids.every(isGroupId)) {
    refuse('InvalidSecurityGroupId.Malformed');
  }
  const { accountId } = context.caller;
  const references = ids.map((id) => {
    if (store.existing(accountId, regionId, id) === undefined) {
      refuse('InvalidSecurityGroupId.NotFound/fixed');
    }
    const referring = [...store.referrers(accountId, id).keys()].map((group) => ({
      SecurityGroupId: group.id,
      AliUid: group.accountId,
    }));
    return {
      SecurityGroupId: id,
      ReferencingSecurityGroups: { ReferencingSecurityGroup: referring },
    };
  });
  return {
    SecurityGroupReferences: {
      SecurityGroupReference: references.filter(
        ({ ReferencingSecurityGroups: found }) => found.ReferencingSecurityGroup.length > 0,
      ),
    },
  };
};
