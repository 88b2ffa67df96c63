// The local cloud's Security Token Service, version 2015-04-01: who the principals are, their keys,
// and the two actions AssumeRole and GetCallerIdentity. The credential store is shared with the
// gateway, which verifies signatures by it, and with Function Compute, which runs functions as roles.

import type { Service } from '../action';
import { assumeRole, getCallerIdentity } from './actions';
import type { CredentialStore } from './credentials';

export {
  type AccessKey,
  type Credential,
  type CredentialStore,
  createCredentialStore,
  type Grants,
  type RoleDefinition,
  type RoleName,
  type SessionCredentials,
} from './credentials';

export function createSts(credentials: CredentialStore): Service {
  return {
    product: 'Sts',
    version: '2015-04-01',
    actions: new Map([
      ['AssumeRole', assumeRole(credentials)],
      ['GetCallerIdentity', getCallerIdentity],
    ]),
  };
}
