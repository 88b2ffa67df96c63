import { deflateRawSync } from 'node:zlib';

/** One file of an archive. */
export interface ZipEntry {
  readonly name: string;
  readonly content: Uint8Array;
}

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
const VERSION = 20;
const UNIX = 3;
const DEFLATE = 8;
// Midnight of 1980-01-01, the first time that the format can tell.
const TIME = 0;
const DATE = (1 << 5) | 1;
// A regular file that everybody may read: Function Compute runs functions as a user of its own.
const ATTRIBUTES = 0o100644 * 0x10000;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  return value;
});

/**
 * Writes a zip archive (APPNOTE.TXT 6.3.3 of PKWARE) that depends on the names and contents alone: entries in
 * the order of their names, one fixed time, fixed permissions, and nothing of the machine. Compressed by zlib
 * at level 9, the same bytes come out of the same release of Node on the same kind of processor. Throws
 * RangeError for a name that is not plain ASCII or comes twice.
 */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const sorted = [...entries].sort((one, other) => (one.name < other.name ? -1 : 1));
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [index, { name, content }] of sorted.entries()) {
    if (!/^[\w.-]+$/.test(name) || name === sorted[index + 1]?.name) {
      throw new RangeError(
        `the file "${name}" cannot be packed: give each file a name of its own of letters, digits, "_", "." and "-"`,
      );
    }
    const compressed = deflateRawSync(content, { level: 9 });
    const common = commonFields(name, content, compressed);
    const file = Buffer.concat([uint32(LOCAL_HEADER), common, Buffer.from(name), compressed]);
    const comment = uint16(0);
    const disk = uint16(0);
    const internalAttributes = uint16(0);
    directory.push(
      uint32(CENTRAL_HEADER),
      uint16((UNIX << 8) | VERSION),
      common,
      comment,
      disk,
      internalAttributes,
      uint32(ATTRIBUTES),
      uint32(offset),
      Buffer.from(name),
    );
    files.push(file);
    offset += file.length;
  }
  const size = directory.reduce((total, { length }) => total + length, 0);
  const [count, noDisk, noComment] = [uint16(sorted.length), uint32(0), uint16(0)];
  const end = [uint32(END_OF_DIRECTORY), noDisk, count, count, uint32(size), uint32(offset)];
  return Buffer.concat([...files, ...directory, ...end, noComment]);
}

/** What the header of a file and its entry in the directory have in common. */
function commonFields(name: string, content: Uint8Array, compressed: Uint8Array): Buffer {
  const flags = uint16(0);
  const extra = uint16(0);
  return Buffer.concat([
    uint16(VERSION),
    flags,
    uint16(DEFLATE),
    uint16(TIME),
    uint16(DATE),
    uint32(crc32(content)),
    uint32(compressed.length),
    uint32(content.length),
    uint16(name.length),
    extra,
  ]);
}

/** `zlib.crc32` came with Node 20.15 only. */
function crc32(content: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of content) value = (value >>> 8) ^ (CRC_TABLE[(value ^ byte) & 0xff] ?? 0);
  return (value ^ 0xffffffff) >>> 0;
}

function uint16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}
