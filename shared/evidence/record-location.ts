import { createFolderStore } from './folder-store';
import { BUCKET_RULE, isBucketName, type OssAccess } from './oss-client';
import { createOssStore } from './oss-store';
import { isRecordKey } from './record-key';
import { type RecordStore, RecordStoreError } from './record-store';

/** Where records are to be kept. */
export type RecordLocation =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'oss'; readonly bucket: string; readonly prefix?: string };

/** Reads `oss://BUCKET[/PREFIX]` or the path of a folder. Throws RecordStoreError for anything else. */
export function parseRecordLocation(text: string): RecordLocation {
  const trimmed = text.trim();
  if (trimmed === '') throw malformed('it is empty');
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed)) {
    if (/^oss:/i.test(trimmed)) throw malformed('two slashes must follow "oss:"');
    return { kind: 'folder', folder: trimmed };
  }
  const [, bucket = '', path = ''] = /^oss:\/\/([^/]*)(?:\/(.*))?$/s.exec(trimmed) ?? [];
  if (!trimmed.startsWith('oss://')) throw malformed('its scheme is not "oss"');
  if (!isBucketName(bucket)) throw malformed(BUCKET_RULE);
  const prefix = path.replace(/\/$/, '');
  if (prefix === '') return { kind: 'oss', bucket };
  if (!isRecordKey(prefix)) {
    throw malformed('a prefix has letters, digits, ".", "_", "-" in parts divided by "/"');
  }
  return { kind: 'oss', bucket, prefix };
}

/**
 * Opens the store at a location that parseRecordLocation reads. `access` is used for buckets only.
 * Throws RecordStoreError for a location, region or endpoint that is none; nothing is sent yet.
 */
export function openRecordStore(location: string, access: OssAccess): RecordStore {
  const place = parseRecordLocation(location);
  switch (place.kind) {
    case 'folder':
      return createFolderStore(place.folder);
    case 'oss': {
      const { bucket, prefix } = place;
      return createOssStore({ ...access, bucket, ...(prefix === undefined ? {} : { prefix }) });
    }
    default:
      return place satisfies never;
  }
}

/** The text is not repeated: somebody may have put a password into it. */
function malformed(cause: string): RecordStoreError {
  return new RecordStoreError(
    `the place for records cannot be told: ${cause}; write oss://BUCKET, oss://BUCKET/PREFIX or a folder`,
  );
}
