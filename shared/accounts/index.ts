/**
 * Other accounts than the one that Palisade runs with: temporary credentials of the roles that a policy file
 * names there, through STS AssumeRole, kept until shortly before they end; and a client for every place.
 * A role that the policy file does not name is never assumed.
 */
export { type AccountsOptions, accountsOf, type MemberCredentials } from './accounts';
export { SESSION_NAME } from './assume-role';
export { checkOwnAccount } from './check-own-account';
export { clientsOf } from './clients';
export { readOwnAccount } from './own-account';
export type { StsOptions } from './sts';
