import { createHash } from 'node:crypto';
import { isRecordKey } from './record-key';

/**
 * What chains a record: its digest, and the digest of the link before. A link is kept as canonical JSON
 * (RFC 8785), so that there is one text for it and no byte of that can change unnoticed.
 */
export interface Link {
  readonly version: 1;
  /** 1 for the first link, then without a gap. */
  readonly sequence: number;
  /** SHA-256 of the text of the link before, in hexadecimal; GENESIS for the first. */
  readonly previous: string;
  /** When the record was made, ISO 8601; as the record itself says. */
  readonly time: string;
  /** Key of the record. */
  readonly record: string;
  /** SHA-256 of the record, in hexadecimal. */
  readonly digest: string;
  /** As the record says. */
  readonly runId: string;
  /** As the record says. */
  readonly policyDigest: string;
}

/** Where links are. */
export const LINKS = 'chain/';

/** What the first link says of the one before it. */
export const GENESIS = '0'.repeat(64);

/** As many links as their keys have room for. */
export const MOST_LINKS = 999_999_999;

/** SHA-256 of a text in UTF-8, as 64 hexadecimal digits. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The key of a link, in the order of the chain: `chain/000000001.json`. */
export function linkKey(sequence: number): string {
  return `${LINKS}${padded(sequence)}.json`;
}

/** A sequence number with leading zeros. */
export function padded(sequence: number): string {
  return String(sequence).padStart(String(MOST_LINKS).length, '0');
}

/** The sequence number in the key of a link; undefined if the key is that of no link. */
export function sequenceOf(key: string): number | undefined {
  const sequence = Number(/^chain\/(\d{9})\.json$/.exec(key)?.[1]);
  return sequence > 0 ? sequence : undefined;
}

/** A link as it is kept. */
export function linkText(link: Link): string {
  const { digest, policyDigest, previous, record, runId, sequence, time, version } = link;
  return JSON.stringify({
    digest,
    policyDigest,
    previous,
    record,
    runId,
    sequence,
    time,
    version,
  } satisfies Link);
}

/** Reads a link; undefined if a text is none, or is written in another form than `linkText` gives it. */
export function parseLink(text: string): Link | undefined {
  const { version, sequence, ...rest } = fieldsOf(text);
  const { previous, time, record, digest, runId, policyDigest } = rest;
  if (version !== 1 || !Number.isSafeInteger(sequence)) return undefined;
  if (!isDigest(previous) || !isDigest(digest)) return undefined;
  if (typeof record !== 'string' || !isRecordKey(record)) return undefined;
  if (typeof time !== 'string' || typeof runId !== 'string') return undefined;
  if (typeof policyDigest !== 'string') return undefined;
  const link: Link = {
    version,
    sequence: Number(sequence),
    previous,
    time,
    record,
    digest,
    runId,
    policyDigest,
  };
  return linkText(link) === text ? link : undefined;
}

/** The fields of a JSON object; none for a text that is not one. */
export function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function isDigest(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}
