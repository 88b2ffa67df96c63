/** What tests of the chain have in common: places for records that can be tampered with, and records. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BUCKET, REGION, startOss } from '../../../local-cloud/oss/testing';
import {
  type Chain,
  type ChainEntry,
  createChain,
  createFolderStore,
  createOssStore,
  type RecordStore,
} from '../index';
import { type Link, linkKey, parseLink } from '../link';

/** An empty place for records, and what somebody can do to it who goes past its store. */
export interface Place {
  /** Opens a store there, as another instance would. */
  open(): RecordStore;
  read(key: string): Promise<Buffer>;
  write(key: string, content: Buffer | string): Promise<void>;
  remove(key: string): Promise<void>;
  close(): Promise<void>;
}

export async function folderPlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'palisade-chain-'));
  return {
    open: () => createFolderStore(folder),
    read: (key) => readFile(join(folder, key)),
    async write(key, content) {
      await mkdir(dirname(join(folder, key)), { recursive: true });
      await writeFile(join(folder, key), content);
    },
    remove: (key) => rm(join(folder, key)),
    close: () => rm(folder, { recursive: true }),
  };
}

export async function bucketPlace(): Promise<Place> {
  const { endpoint, key, oss, close } = await startOss();
  const options = { bucket: BUCKET, region: REGION, endpoint, credentials: async () => key };
  return {
    open: () => createOssStore(options),
    read: async (name) => oss.objects(BUCKET).get(name) ?? Buffer.alloc(0),
    write: async (name, content) => oss.put(BUCKET, name, content),
    remove: async (name) => {
      oss.remove(BUCKET, name);
    },
    close,
  };
}

/** A record of a run, as far as the chain looks at it, and what links it. */
export function recordOf(number: number, step: 'intent' | 'outcome' = 'outcome'): ChainEntry {
  const runId = `run-${number}`;
  const policyDigest = `digest of policies ${number % 3}`;
  const time = new Date(Date.UTC(2026, 2, 1) + number * 1000).toISOString();
  const content = JSON.stringify({ version: 1, runId, time, policyDigest, step, text: 'schön' });
  return { record: `runs/${runId}/whole.1.${step}.json`, content, runId, policyDigest, time };
}

/** Writes a record, which is not linked yet. */
export async function writeRecord(store: RecordStore, entry: ChainEntry): Promise<ChainEntry> {
  await store.putIfAbsent(entry.record, entry.content);
  return entry;
}

/** A chain as an instance has it that has just started. */
export function chainOf(store: RecordStore): Chain {
  return createChain(store, { random: Math.random, sleep: (milliseconds) => sleep(milliseconds) });
}

/** Writes and links the records `first` to `last`. */
export async function fill(
  store: RecordStore,
  first: number,
  last: number,
  chain = chainOf(store),
): Promise<void> {
  for (let number = first; number <= last; number += 1) {
    await chain.append(await writeRecord(store, recordOf(number)));
  }
}

/** The link that lies at a place. */
export async function linkAt(place: Place, sequence: number): Promise<Link> {
  const link = parseLink((await place.read(linkKey(sequence))).toString());
  if (!link) throw new Error(`there is no link ${sequence}`);
  return link;
}

/** A store that counts the calls of it, by name. */
export function counting(store: RecordStore): { store: RecordStore; calls: string[] } {
  const calls: string[] = [];
  const counted = <Parameters extends readonly unknown[], Result>(
    name: string,
    call: (...parameters: Parameters) => Result,
  ) => {
    return (...parameters: Parameters): Result => {
      calls.push(`${name} ${String(parameters[0])}`);
      return call(...parameters);
    };
  };
  return {
    calls,
    store: {
      putIfAbsent: counted('put', store.putIfAbsent),
      get: counted('get', store.get),
      list: counted('list', store.list),
    },
  };
}
