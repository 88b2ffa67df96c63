import type { RequestConditions } from './condition';
import type { PolicyDocument } from './document';

/** What is asked: an action on resources, each of which it needs. */
export interface AccessRequest {
  /** Such as `ecs:DescribeSecurityGroups`. */
  readonly action: string;
  /** Resource names as the authorization tables give them: `*`, or `acs:…`. At least one. */
  readonly resources: readonly string[];
  readonly conditions: RequestConditions;
}

/** Why a request is refused, and on which of its resources. */
export interface Denial {
  readonly type: 'ExplicitDeny' | 'ImplicitDeny';
  readonly resource: string;
}

/**
 * Judges a request by all documents of one principal: a resource is denied when any statement denies
 * it, and when none allows it (Policy evaluation process page).
 * @returns the first denial, an explicit one before others, or undefined when all is allowed
 */
export function denialOf(
  documents: readonly PolicyDocument[],
  { action, resources, conditions }: AccessRequest,
): Denial | undefined {
  const statements = documents
    .flatMap((document) => document.statements)
    .filter(({ coversAction, isMet }) => coversAction(action) && isMet(conditions));
  const covered = (effect: 'Allow' | 'Deny', resource: string) =>
    statements.some(
      (statement) => statement.effect === effect && statement.coversResource(resource),
    );
  const denied = resources.find((resource) => covered('Deny', resource));
  if (denied !== undefined) return { type: 'ExplicitDeny', resource: denied };
  const open = resources.find((resource) => !covered('Allow', resource));
  return open === undefined ? undefined : { type: 'ImplicitDeny', resource: open };
}

/** Whether the documents allow a request on every one of its resources. */
export function isAllowed(documents: readonly PolicyDocument[], request: AccessRequest): boolean {
  return denialOf(documents, request) === undefined;
}
