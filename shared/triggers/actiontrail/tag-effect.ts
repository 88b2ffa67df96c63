import type { SecurityGroupSummary } from '../../security-group';
import { listed, type Parameters, parameter, repeated } from './flatten';
import { type Effect, verdict } from './verdict';

/** A tag that a call names. */
export interface AskedTag {
  readonly key: string;
  readonly value: string | undefined;
}

/** The tags that a call names as `Tag.N.Key` and `Tag.N.Value`. */
export function askedTags(parameters: Parameters): AskedTag[] {
  return listed(parameters, 'Tag').flatMap((tag) => {
    const key = parameter(tag, 'Key');
    return key === undefined ? [] : [{ key, value: parameter(tag, 'Value') }];
  });
}

/** Whether a group has all of some tags; one without a value has the empty value. */
export function hasTags(asked: readonly AskedTag[], { tags }: SecurityGroupSummary): boolean {
  return asked.every(({ key, value }) => Object.hasOwn(tags, key) && tags[key] === (value ?? ''));
}

/** Whether every tag that a call sets is there. */
export function tagged(parameters: Parameters, summary: SecurityGroupSummary): Effect {
  const tags = askedTags(parameters);
  return tags.length === 0 ? 'cannot tell' : verdict(hasTags(tags, summary));
}

/** Whether every tag that a call takes away is gone. */
export function untagged(parameters: Parameters, { tags }: SecurityGroupSummary): Effect {
  // UntagResources names keys; the older RemoveTags names tags, with or without their values.
  const asked: AskedTag[] = [
    ...repeated(parameters, 'TagKey').map((key) => ({ key, value: undefined })),
    ...askedTags(parameters),
  ];
  if (asked.length > 0) {
    return verdict(
      !asked.some(
        ({ key, value }) =>
          Object.hasOwn(tags, key) && (value === undefined || tags[key] === value),
      ),
    );
  }
  if (parameter(parameters, 'All')?.toLowerCase() !== 'true') return 'cannot tell';
  // Tags of the system stay, and users cannot set such keys (TagResources page).
  return verdict(Object.keys(tags).every((key) => /^(acs:|aliyun)/.test(key)));
}
