import { openRecordStore, parseRecordLocation, type RecordStore } from '../../shared/evidence';
import { readSettings } from '../../shared/runtime';
import { findCredentials } from './connection';

/** Options of every command that uses records. */
export interface RecordOptions {
  /** A folder, or `oss://BUCKET/PREFIX`. */
  readonly records?: string;
  /** Region of the bucket. */
  readonly recordsRegion?: string;
}

/** Opens the place where records are; a bucket is shared with the functions. Throws RecordStoreError. */
export async function openRecords({
  records = 'out/records',
  recordsRegion,
}: RecordOptions): Promise<RecordStore> {
  const isBucket = parseRecordLocation(records).kind === 'oss';
  if (isBucket && recordsRegion === undefined) {
    throw new Error(`in which region ${records} is must be said: add --records-region`);
  }
  const { ossEndpoint } = readSettings(process.env);
  return openRecordStore(records, {
    region: recordsRegion ?? '',
    ...(ossEndpoint === undefined ? {} : { endpoint: ossEndpoint }),
    credentials: isBucket ? await findCredentials() : noCredentials,
  });
}

async function noCredentials(): Promise<never> {
  throw new Error('a folder needs no credentials');
}
