/**
 * What is kept of every run: the stores it can be written to, a folder or a bucket of OSS behind one port,
 * and where they are. Records hold no credentials.
 */
export { createFolderStore } from './folder-store';
export type { OssAccess, OssCredentials } from './oss-client';
export { createOssStore, type OssStoreOptions } from './oss-store';
export { openRecordStore, parseRecordLocation, type RecordLocation } from './record-location';
export { type RecordStore, RecordStoreError } from './record-store';
