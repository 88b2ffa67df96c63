/**
 * What is kept of every run: the store it is written to (a folder for now, behind a port) and the form
 * of the records. Records hold no credentials.
 */
export { createFolderStore } from './folder-store';
export { type RecordStore, RecordStoreError } from './record-store';
