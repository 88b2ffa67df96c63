import {
  type CredentialsProvider,
  createEcsClient,
  type EcsClientOptions,
  type EcsClients,
} from '../ecs';
import { perPlace } from '../security-group';
import type { MemberCredentials } from './accounts';

/** Gives the one client for every place, with the own credentials, or those of the role in its account. */
export function clientsOf(
  own: CredentialsProvider,
  members: MemberCredentials,
  options: Omit<EcsClientOptions, 'regionId' | 'accountId' | 'credentials'>,
): EcsClients {
  return perPlace(({ regionId, accountId }) =>
    createEcsClient({
      ...options,
      regionId,
      accountId,
      credentials: accountId === undefined ? own : members(accountId),
    }),
  );
}
