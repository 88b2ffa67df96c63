import { createHash } from 'node:crypto';
import type { WireRequest, WireResponse } from '../wire';
import type { Bucket } from './buckets';
import { fileAlreadyExists, invalidArgument, invalidDigest, noSuchKey } from './errors';
import type { StoredObject } from './stored-objects';

/** An object as it is stored when it is written at a time in milliseconds since 1970. */
export function newObject(content: Buffer, contentType: string, now: number): StoredObject {
  const md5 = createHash('md5').update(content).digest('hex');
  return { content, contentType, etag: `"${md5.toUpperCase()}"`, lastModified: now };
}

/** @throws ApiError InvalidDigest, FileAlreadyExists or InvalidArgument */
export function putObject(
  { objects }: Bucket,
  key: string,
  { headers, body }: WireRequest,
  now: number,
): WireResponse {
  requireDigest(headers['content-md5'], body);
  const forbid = headers['x-oss-forbid-overwrite']?.toLowerCase() ?? 'false';
  if (forbid !== 'true' && forbid !== 'false') {
    throw invalidArgument(
      'The value of x-oss-forbid-overwrite header is invalid.',
      'x-oss-forbid-overwrite',
      forbid,
    );
  }
  if (forbid === 'true' && objects.has(key)) throw fileAlreadyExists();
  const object = newObject(body, headers['content-type'] || 'application/octet-stream', now);
  objects.set(key, object);
  return { status: 200, headers: { etag: object.etag, 'content-md5': md5Of(body) }, body: '' };
}

/** For HeadObject too, of whose answer only the headers are sent. Throws ApiError NoSuchKey. */
export function getObject({ objects }: Bucket, key: string): WireResponse {
  const object = objects.get(key);
  if (object === undefined) throw noSuchKey(key);
  return {
    status: 200,
    headers: {
      'content-type': object.contentType,
      'content-md5': md5Of(object.content),
      etag: object.etag,
      'last-modified': new Date(object.lastModified).toUTCString(),
      'x-oss-object-type': 'Normal',
      'x-oss-storage-class': 'Standard',
    },
    body: object.content,
  };
}

/** An object that is not there is deleted all the same (DeleteObject page). */
export function deleteObject({ objects }: Bucket, key: string): WireResponse {
  objects.delete(key);
  return { status: 204, headers: {}, body: '' };
}

function requireDigest(claimed: string | undefined, body: Buffer): void {
  if (claimed === undefined) return;
  if (!/^[A-Za-z0-9+/]{22}==$/.test(claimed)) {
    throw invalidDigest('The Content-MD5 you specified is not valid.', claimed);
  }
  if (claimed !== md5Of(body)) {
    throw invalidDigest('The Content-MD5 you specified did not match what we received.', claimed);
  }
}

function md5Of(content: Buffer): string {
  return createHash('md5').update(content).digest('base64');
}
