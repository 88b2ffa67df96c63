import { noSuchBucket } from './errors';
import { StoredObjects } from './stored-objects';

export interface Bucket {
  readonly name: string;
  readonly regionId: string;
  readonly objects: StoredObjects;
}

/** A bucket to start with. */
export interface BucketOptions {
  /** 3 to 63 lower-case letters, digits and hyphens. */
  readonly name: string;
  readonly regionId: string;
}

export type Buckets = ReadonlyMap<string, Bucket>;

/** @throws Error when a name is malformed or given twice */
export function createBuckets(options: readonly BucketOptions[]): Buckets {
  const buckets = new Map<string, Bucket>();
  for (const { name, regionId } of options) {
    if (!/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(name)) {
      throw new Error(
        `"${name}" cannot name a bucket: write 3 to 63 lower-case letters, digits and hyphens, ` +
          'with a hyphen neither first nor last.',
      );
    }
    if (buckets.has(name)) {
      throw new Error(`There are two buckets ${name}; give each a name of its own.`);
    }
    buckets.set(name, { name, regionId, objects: new StoredObjects() });
  }
  return buckets;
}

/** @throws ApiError NoSuchBucket */
export function requireBucket(buckets: Buckets, name: string): Bucket {
  const bucket = buckets.get(name);
  if (bucket === undefined) throw noSuchBucket(name);
  return bucket;
}
