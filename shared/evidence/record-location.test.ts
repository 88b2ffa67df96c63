import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUCKET, REGION, startOss } from '../../local-cloud/oss/testing';
import { openRecordStore, parseRecordLocation, RecordStoreError } from './index';

test.each([
  ['oss://palisade-records', { kind: 'oss', bucket: 'palisade-records' }],
  ['oss://palisade-records/', { kind: 'oss', bucket: 'palisade-records' }],
  ['oss://palisade-records/a/b', { kind: 'oss', bucket: 'palisade-records', prefix: 'a/b' }],
  [' oss://palisade-records/a/ ', { kind: 'oss', bucket: 'palisade-records', prefix: 'a' }],
  ['out/records', { kind: 'folder', folder: 'out/records' }],
  ['/mnt/records', { kind: 'folder', folder: '/mnt/records' }],
  ['C:\\records', { kind: 'folder', folder: 'C:\\records' }],
])('%j is a place for records', (text, location) => {
  expect(parseRecordLocation(text)).toEqual(location);
});

test.each([
  ['', 'it is empty'],
  ['  ', 'it is empty'],
  ['oss://', 'a bucket name has 3 to 63'],
  ['oss:///a', 'a bucket name has 3 to 63'],
  ['oss://Records', 'a bucket name has 3 to 63'],
  ['oss://records-', 'a bucket name has 3 to 63'],
  ['oss://key:secret@records', 'a bucket name has 3 to 63'],
  ['oss:/records', 'two slashes must follow'],
  ['oss:records', 'two slashes must follow'],
  ['s3://records', 'its scheme is not "oss"'],
  ['OSS://records', 'its scheme is not "oss"'],
  ['oss://records//a', 'a prefix has letters'],
  ['oss://records/a//', 'a prefix has letters'],
  ['oss://records/../a', 'a prefix has letters'],
  ['oss://records/a?x=1', 'a prefix has letters'],
])('%j is none: %s', (text, cause) => {
  const parse = () => parseRecordLocation(text);
  expect(parse).toThrow(RecordStoreError);
  expect(parse).toThrow(cause);
  expect(parse).toThrow('write oss://BUCKET, oss://BUCKET/PREFIX or a folder');
});

test('a location opens the store that it names', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'palisade-records-'));
  const { endpoint, key, oss, close } = await startOss();
  try {
    const access = { region: REGION, endpoint, credentials: async () => key };
    await openRecordStore(folder, access).putIfAbsent('runs/1', 'in a folder');
    await openRecordStore(`oss://${BUCKET}`, access).putIfAbsent('runs/1', 'in a bucket');
    await openRecordStore(`oss://${BUCKET}/below`, access).putIfAbsent('runs/1', 'below');
    expect(await readFile(join(folder, 'runs', '1'), 'utf8')).toBe('in a folder');
    expect(String(oss.objects(BUCKET).get('runs/1'))).toBe('in a bucket');
    expect(String(oss.objects(BUCKET).get('below/runs/1'))).toBe('below');
  } finally {
    await close();
    await rm(folder, { recursive: true, force: true });
  }
});
