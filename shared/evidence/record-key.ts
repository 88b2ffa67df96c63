import { RecordStoreError } from './record-store';

const PART = '[A-Za-z0-9][A-Za-z0-9._-]*';
const KEY = new RegExp(`^${PART}(/${PART})*$`);
const KEY_START = new RegExp(`^(${PART}/)*(${PART})?$`);

/** Whether a text can be the key of a record. What else lies in a store is none of its records. */
export function isRecordKey(text: string): boolean {
  return KEY.test(text);
}

/** Returns a key that every store can keep. Throws RecordStoreError for any other text. */
export function requireRecordKey(text: string): string {
  if (KEY.test(text)) return text;
  throw new RecordStoreError(
    `"${text}" is not a record key: write letters, digits, ".", "_", "-" in parts divided by "/"`,
  );
}

/** Returns a text that a key can start with; the empty one is. Throws RecordStoreError for any other. */
export function requireKeyStart(text: string): string {
  if (KEY_START.test(text)) return text;
  throw new RecordStoreError(
    `no record key starts with "${text}": write letters, digits, ".", "_", "-" in parts divided by "/"`,
  );
}
