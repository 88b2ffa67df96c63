import { callStsWithRetry, type StsOptions } from './sts';

/** The account of the own credentials (GetCallerIdentity page: anyone may ask). Throws EcsError. */
export function readOwnAccount(options: StsOptions): Promise<string> {
  return callStsWithRetry(
    'GetCallerIdentity',
    {},
    options,
    ({ AccountId }) => (typeof AccountId === 'string' ? AccountId : undefined),
    ({ kind, cause }) =>
      `whose account the credentials are of could not be found out (${kind}): ${cause}; ` +
      'check them and the clock, and PALISADE_STS_ENDPOINT if it is set',
  );
}
