import type { PolicySet } from '../shared/policy';

declare const COMPILED_POLICIES: PolicySet;

/** The policies that this deployment goes by; the build checks a policy file and puts its content here. */
export const policies: PolicySet = COMPILED_POLICIES;
