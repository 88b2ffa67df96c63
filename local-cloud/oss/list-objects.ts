import type { WireResponse } from '../wire';
import { encodeRfc3986 } from '../wire/percent-encoding';
import type { Bucket } from './buckets';
import { xmlResponse } from './encode';
import { invalidArgument } from './errors';
import { compareBytes, type StoredObject } from './stored-objects';

/** One line of a listing: an object, or all objects whose keys share what comes before a delimiter. */
interface Entry {
  readonly name: string;
  /** Absent for a common prefix. */
  readonly object?: StoredObject;
}

const DEFAULT_PAGE_SIZE = 100;
const LARGEST_PAGE_SIZE = 1000;

/**
 * Lists a page of the keys in the order of their UTF-8 bytes (ListObjectsV2 page).
 * @throws ApiError InvalidArgument for a size, token or encoding that is none
 */
export function listObjects(bucket: Bucket, query: ReadonlyMap<string, string>): WireResponse {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const startAfter = query.get('start-after') ?? '';
  const token = query.get('continuation-token');
  const size = pageSize(query.get('max-keys'));
  const encode = encoder(query.get('encoding-type'));

  const resumeAfter = token === undefined ? '' : readToken(token);
  // One more than a page holds, which tells whether there is another page.
  const entries = entriesOf(bucket, { prefix, delimiter, startAfter, resumeAfter }, size + 1);
  const page = entries.slice(0, size);
  const last = page.at(-1);
  const isTruncated = entries.length > size;
  return xmlResponse(200, 'ListBucketResult', {
    Name: bucket.name,
    Prefix: encode(prefix),
    ...(startAfter !== '' && { StartAfter: encode(startAfter) }),
    MaxKeys: size,
    Delimiter: encode(delimiter),
    ...(query.has('encoding-type') && { EncodingType: 'url' }),
    IsTruncated: isTruncated,
    KeyCount: page.length,
    ...(token !== undefined && { ContinuationToken: token }),
    ...(isTruncated && last && { NextContinuationToken: writeToken(last.name) }),
    Contents: page.flatMap(({ name, object }) =>
      object === undefined
        ? []
        : {
            Key: encode(name),
            LastModified: new Date(object.lastModified).toISOString(),
            ETag: object.etag,
            Type: 'Normal',
            Size: object.content.length,
            StorageClass: 'Standard',
          },
    ),
    CommonPrefixes: page.flatMap(({ name, object }) =>
      object === undefined ? { Prefix: encode(name) } : [],
    ),
  });
}

/** Which keys are listed. */
interface Wanted {
  readonly prefix: string;
  readonly delimiter: string;
  /** Keys up to this one are not wanted. */
  readonly startAfter: string;
  /** Names up to this one came on earlier pages. */
  readonly resumeAfter: string;
}

function entriesOf({ objects }: Bucket, wanted: Wanted, most: number): Entry[] {
  const { prefix, delimiter, startAfter, resumeAfter } = wanted;
  const entries = new Map<string, Entry>();
  // No name is greater than its key.
  const [start = prefix] = [prefix, startAfter, resumeAfter].sort(compareBytes).slice(-1);
  for (const key of objects.keysFrom(start)) {
    if (!key.startsWith(prefix)) break;
    if (compareBytes(key, startAfter) <= 0) continue;
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const name = end < 0 ? key : key.slice(0, end + delimiter.length);
    if (compareBytes(name, resumeAfter) <= 0) continue;
    const object = end < 0 ? objects.get(key) : undefined;
    entries.set(name, object ? { name, object } : { name });
    if (entries.size === most) break;
  }
  return [...entries.values()];
}

function pageSize(text: string | undefined): number {
  if (text === undefined || text === '') return DEFAULT_PAGE_SIZE;
  const size = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (size < 1 || size > LARGEST_PAGE_SIZE) {
    throw invalidArgument(
      'Argument max-keys must be an integer between 1 and 1000.',
      'max-keys',
      text,
    );
  }
  return size;
}

function encoder(encoding: string | undefined): (text: string) => string {
  if (encoding === undefined) return (text) => text;
  if (encoding === 'url') return encodeRfc3986;
  throw invalidArgument('Invalid Encoding Method specified in Request.', 'encoding-type', encoding);
}

function writeToken(name: string): string {
  return Buffer.from(`after ${name}`).toString('base64');
}

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString();
  if (!text.startsWith('after ')) {
    throw invalidArgument('The continuation token is invalid.', 'continuation-token', token);
  }
  return text.slice('after '.length);
}
