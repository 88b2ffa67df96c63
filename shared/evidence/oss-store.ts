import type OSS from 'ali-oss';
import { createOssCaller, type OssAccess } from './oss-client';
import { isOssAnswer, MalformedAnswer } from './oss-failure';
import { isRecordKey, requireKeyStart, requireRecordKey } from './record-key';
import { type RecordStore, RecordStoreError } from './record-store';

/** A bucket, or the part of it below a prefix, and how it is reached. */
export interface OssStoreOptions extends OssAccess {
  readonly bucket: string;
  /** Such as `palisade/records`; the records lie below it. Default: the whole bucket. */
  readonly prefix?: string;
}

// As much as one page can hold (ListObjectsV2 page).
const PAGE_SIZE = 1000;

/**
 * Records as objects in a bucket of OSS. OSS itself refuses to replace an object (header
 * x-oss-forbid-overwrite, PutObject page), unless the bucket keeps versions: such a bucket is refused by
 * the first write. Throws RecordStoreError for a bucket, prefix, region or endpoint that is none.
 */
export function createOssStore(options: OssStoreOptions): RecordStore {
  const { bucket } = options;
  const folder = options.prefix === undefined ? '' : `${requireRecordKey(options.prefix)}/`;
  const call = createOssCaller(bucket, options);
  const objects = `acs:oss:*:*:${bucket}/${folder}*`;

  async function read(key: string): Promise<Buffer | undefined> {
    return call({
      what: `read ${key}`,
      permission: `oss:GetObject on ${objects}`,
      write: false,
      async attempt(client) {
        try {
          const { content, res } = await client.get(`${folder}${key}`);
          requireRequestId(res);
          if (!Buffer.isBuffer(content)) throw new MalformedAnswer('the answer has no content');
          return content;
        } catch (error) {
          if (isOssAnswer(error, 404, 'NoSuchKey')) return undefined;
          throw error;
        }
      },
    });
  }

  /** One page of the keys that are records, and the token for the next page, if there is one. */
  async function readPage(
    prefix: string,
    after: string,
    token: string | undefined,
  ): Promise<{ keys: string[]; isTruncated: boolean; nextToken: string | null }> {
    return call({
      what: `list ${prefix || 'everything'}`,
      permission: `oss:ListObjects on acs:oss:*:*:${bucket}`,
      write: false,
      async attempt(client) {
        const page = await client.listV2({
          'max-keys': PAGE_SIZE,
          'encoding-type': 'url',
          // The SDK signs an empty parameter other than OSS does (V4 signature page).
          ...(folder + prefix === '' ? {} : { prefix: folder + prefix }),
          ...(token !== undefined ? { 'continuation-token': token } : {}),
          ...(token === undefined && after !== '' ? { 'start-after': folder + after } : {}),
        });
        requireRequestId(page.res);
        if (page.keyCount !== page.objects.length) {
          throw new MalformedAnswer('the answer does not hold the keys that it counts');
        }
        return {
          keys: page.objects
            .map(({ name }) => decodeURIComponent(name).slice(folder.length))
            .filter(isRecordKey),
          isTruncated: page.isTruncated,
          nextToken: page.nextContinuationToken,
        };
      },
    });
  }

  return {
    async putIfAbsent(key, content) {
      requireRecordKey(key);
      const bytes = Buffer.from(content);
      const outcome = await call({
        what: `write ${key}`,
        permission: `oss:PutObject on ${objects}`,
        write: true,
        async attempt(client, inDoubt) {
          try {
            const { res } = await client.put(`${folder}${key}`, bytes, {
              headers: { 'x-oss-forbid-overwrite': 'true' },
              mime: 'application/octet-stream',
            });
            requireRequestId(res);
            refuseVersions(bucket, key, res);
            return 'written';
          } catch (error) {
            if (!isOssAnswer(error, 409, 'FileAlreadyExists')) throw error;
            return inDoubt ? 'taken-perhaps-by-us' : 'taken';
          }
        },
      });
      if (outcome !== 'taken-perhaps-by-us') return outcome === 'written';
      return (await read(key))?.equals(bytes) ?? false;
    },

    async get(key) {
      return (await read(requireRecordKey(key)))?.toString('utf8');
    },

    async list(prefix, after = '') {
      requireKeyStart(prefix);
      requireKeyStart(after);
      const keys: string[] = [];
      const tokens = new Set<string>();
      let token: string | undefined;
      for (;;) {
        const page = await readPage(prefix, after, token);
        for (const key of page.keys) {
          if (key <= (keys.at(-1) ?? after)) throw confused(bucket, prefix, 'keys out of order');
          keys.push(key);
        }
        if (!page.isTruncated) return keys;
        token = page.nextToken ?? '';
        if (token === '' || tokens.has(token)) {
          throw confused(bucket, prefix, 'no new token for the next page');
        }
        tokens.add(token);
      }
    },
  };
}

/** Every answer of OSS has a request id; one that has none comes from something in between. */
function requireRequestId(response: OSS.NormalSuccessResponse): void {
  if (headerOf(response, 'x-oss-request-id') === undefined) {
    throw new MalformedAnswer('the answer is none of OSS (no request id)');
  }
}

function refuseVersions(bucket: string, key: string, response: OSS.NormalSuccessResponse): void {
  if (headerOf(response, 'x-oss-version-id') === undefined) return;
  throw new RecordStoreError(
    `cannot write ${key} in the bucket ${bucket}: it keeps versions of its objects, and then OSS replaces ` +
      'records in spite of x-oss-forbid-overwrite; name a bucket that never had versioning',
  );
}

function confused(bucket: string, prefix: string, cause: string): RecordStoreError {
  return new RecordStoreError(
    `cannot list ${prefix || 'everything'} in the bucket ${bucket}: OSS answered with ${cause}, ` +
      'so keys may be missing; try again, or check the endpoint',
  );
}

function headerOf(response: OSS.NormalSuccessResponse, name: string): string | undefined {
  const value: unknown = Object.entries(response.headers).find(([each]) => each === name)?.[1];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
