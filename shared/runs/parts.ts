import type { RecordStore } from '../evidence';
import type { Totals } from '../remediation';

/** Groups that a part did not come to, and the part that does them. */
export interface Rest {
  readonly part: string;
  readonly groupIds: readonly string[];
}

/** How a part came to its end, and what is to be said of that. */
export type PartEnd =
  | { readonly kind: 'done'; readonly totals: Totals }
  /** Its time was over; the rest is a part of its own. */
  | { readonly kind: 'handed-on'; readonly totals: Totals; readonly rest: Rest }
  /** For good: nobody tries it again. */
  | { readonly kind: 'failed'; readonly reason: string };

/** A part that has come to its end, as far as the name of its note says it. */
export interface Ending {
  readonly key: string;
  readonly part: string;
  readonly kind: PartEnd['kind'];
  /** The part that the rest was handed on to. */
  readonly to?: string;
}

/**
 * Notes that a part is being worked on. False if it was before, and its invocation is tried again. Throws
 * RecordStoreError.
 */
export function noteBegun(
  records: RecordStore,
  runId: string,
  part: string,
  now: number,
): Promise<boolean> {
  return records.putIfAbsent(`${begunOf(runId)}${part}`, JSON.stringify({ time: isoOf(now) }));
}

/** Notes how a part came to its end. What is noted first stays. Throws RecordStoreError. */
export async function noteEnded(
  records: RecordStore,
  runId: string,
  part: string,
  end: PartEnd,
  now: number,
): Promise<void> {
  const to = end.kind === 'handed-on' ? `.${end.rest.part}` : '';
  const key = `${endedOf(runId)}${part}.${end.kind}${to}`;
  await records.putIfAbsent(key, JSON.stringify({ ...end, time: isoOf(now) }));
}

/** How a part came to its end; undefined while it did not. Throws RecordStoreError. */
export async function findEnd(
  records: RecordStore,
  runId: string,
  part: string,
): Promise<PartEnd | undefined> {
  const [ending] = endingsOf(await records.list(`${endedOf(runId)}${part}.`), endedOf(runId));
  return ending && readEnd(records, ending.key);
}

/** The parts of a run that have begun. Throws RecordStoreError. */
export async function listBegun(records: RecordStore, runId: string): Promise<string[]> {
  const folder = begunOf(runId);
  return (await records.list(folder)).map((key) => key.slice(folder.length));
}

/**
 * The parts of a run that have come to their end, each once: one that was done is done, whatever else was
 * noted of it. Throws RecordStoreError.
 */
export async function listEnded(records: RecordStore, runId: string): Promise<Ending[]> {
  const folder = endedOf(runId);
  return endingsOf(await records.list(folder), folder);
}

function endingsOf(keys: readonly string[], folder: string): Ending[] {
  const endings = new Map<string, Ending>();
  for (const key of keys) {
    const [, part, kind, to] =
      /^([^.]+)\.(done|handed-on|failed)(?:\.([^.]+))?$/.exec(key.slice(folder.length)) ?? [];
    if (part === undefined) continue;
    if (kind !== 'done' && kind !== 'handed-on' && kind !== 'failed') continue;
    const known = endings.get(part);
    if (known && known.kind !== 'failed') continue;
    endings.set(part, { key, part, kind, ...(to === undefined ? {} : { to }) });
  }
  return [...endings.values()];
}

/** When a part that has begun did, ISO 8601. Throws RecordStoreError. */
export async function readBegun(
  records: RecordStore,
  runId: string,
  part: string,
): Promise<string> {
  const content = (await records.get(`${begunOf(runId)}${part}`)) ?? '';
  return (JSON.parse(content) as { readonly time: string }).time;
}

/** What was noted of a part's end. Throws RecordStoreError. */
export async function readEnd(
  records: RecordStore,
  key: string,
): Promise<PartEnd & { readonly time: string }> {
  return JSON.parse((await records.get(key)) ?? '') as PartEnd & { readonly time: string };
}

function begunOf(runId: string): string {
  return `progress/${runId}/begun/`;
}

function endedOf(runId: string): string {
  return `progress/${runId}/ended/`;
}

function isoOf(now: number): string {
  return new Date(now).toISOString();
}
