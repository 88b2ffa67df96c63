// The local cloud's Resource Access Management: policy documents, what they say about a request, what
// permission each ECS and STS call needs, and the refusal in the terms of the product. Whose documents
// they are is known to sts; a principal without any may do everything.

export { AccessDeniedError, accessDenied } from './access-denied';
export { type Authorizer, createAuthorizer, type PoliciesOf } from './authorizer';
export type { RequestConditions } from './condition';
export { type PolicyDocument, parsePolicyDocument } from './document';
export { type AccessRequest, denialOf, isAllowed } from './evaluate';
export { parseTrustPolicy, type TrustPolicy } from './trust-policy';
