// The local cloud's Object Storage Service: buckets in memory, the five operations a record store needs,
// both versions of OSS's own signature, and its errors in XML. It is no RPC API, so that it answers
// requests itself rather than through the gateway, with the same call log, latency and faults.

export type { BucketOptions } from './buckets';
export { createOss, type Oss, type OssOptions } from './create-oss';
