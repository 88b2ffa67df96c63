import type { RecordStore } from '../evidence';

/** The record whose presence stops every change, through whichever door; its text is the reason. */
const STOP_RECORD = 'STOP';

/**
 * Reads the stop switch: a setting, or a record named STOP in the record store, which takes effect
 * without a deployment. Gives the reason while it is on. Throws if the store cannot be read.
 */
export async function readStopSwitch(
  setting: string | undefined,
  records: RecordStore | undefined,
): Promise<string | undefined> {
  if (setting !== undefined) return setting;
  const record = await records?.get(STOP_RECORD);
  if (record === undefined) return undefined;
  const reason = record.trim();
  return `the stop switch is on (record ${STOP_RECORD}${reason ? `: ${reason}` : ''}); remove the record to go on`;
}
