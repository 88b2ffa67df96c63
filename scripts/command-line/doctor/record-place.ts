import { parseRecordLocation, type RecordStore } from '../../../shared/evidence';
import { readStopSwitch } from '../../../shared/runtime';
import { type CheckResult, failed, ok, warning } from './check';

/** The same each time, so that no more than one record is ever left behind. */
const PROBE = 'doctor/probe';
const CONTENT = 'written by palisade doctor to see whether this place keeps records\n';

/**
 * Whether a place keeps records: a record is written, must be there, and must not give way to another one.
 * The record stays there. Throws RecordStoreError.
 */
export async function checkRecords(place: string, store: RecordStore): Promise<CheckResult> {
  const isNew = await store.putIfAbsent(PROBE, CONTENT);
  const isReplaced = await store.putIfAbsent(PROBE, `${CONTENT}again\n`);
  if (isReplaced || (await store.get(PROBE)) !== CONTENT) {
    return failed(
      `${place} does not keep a record as it was written`,
      'name a folder, or a bucket that never had versioning',
    );
  }
  const seen = parseRecordLocation(place).kind === 'oss' && isNew ? ' and keeps no versions' : '';
  return ok(`${place} can be written and read, replaces nothing${seen}`);
}

/** Whether somebody has pulled the stop switch. Throws RecordStoreError. */
export async function checkStopSwitch(
  setting: string | undefined,
  store: RecordStore,
): Promise<CheckResult> {
  const reason = await readStopSwitch(setting, store);
  if (reason === undefined) return ok('off');
  const [saw = reason, ...fix] = reason.split('; ');
  return warning(saw, fix.join('; ') || 'take it back to have changes made again');
}
