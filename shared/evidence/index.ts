/**
 * What is kept of every run, and the proof that it is as it was written: stores, a folder or a bucket of OSS
 * behind one port, and one chain of digests over all records in a store. Records hold no credentials.
 * Reading records is apart, in `read-runs.ts`, because the functions only write them.
 */
export { type Chain, type ChainEntry, chainOf, createChain } from './chain';
export type { Problem } from './check-chain';
export { createFolderStore } from './folder-store';
export type { Link } from './link';
export { makeFolder } from './make-folder';
export type { OssAccess, OssCredentials } from './oss-client';
export { createOssStore, type OssStoreOptions } from './oss-store';
export { openRecordStore, parseRecordLocation, type RecordLocation } from './record-location';
export { type RecordStore, RecordStoreError } from './record-store';
export { parseRunKey, type RunKey } from './run-key';
export {
  type ChainHead,
  type Interrupted,
  type Verification,
  type VerifyOptions,
  verifyChain,
} from './verify';
export { type VerifiedEnd, verifyEnd } from './verify-end';
