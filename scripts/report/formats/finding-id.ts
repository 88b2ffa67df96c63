import { createHash } from 'node:crypto';
import { placeName } from '../../../shared/security-group';
import type { GroupName } from '../model';
import type { RecordedFinding } from '../run-record';

/**
 * The same for a finding as long as it says the same about the same group, whichever run found it: 32
 * hexadecimal digits, for tools that follow findings over time.
 */
export function findingId(
  { regionId, accountId, securityGroupId }: GroupName,
  { policyId, message }: Pick<RecordedFinding, 'policyId' | 'message'>,
): string {
  const content = JSON.stringify([
    placeName({ regionId, accountId }),
    securityGroupId,
    policyId,
    message,
  ]);
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}
