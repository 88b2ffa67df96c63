import { inflateRawSync } from 'node:zlib';

/** What an archive says of one of its files, and the file. */
export interface Unzipped {
  readonly name: string;
  readonly content: Buffer;
  /** The modification time as the archive holds it: time in the upper half, date in the lower. */
  readonly modified: number;
  /** File type and permissions as Unix has them. */
  readonly mode: number;
  /** Checksum that the archive states. */
  readonly crc: number;
}

/** Reads an archive from its directory at the end, as unpackers do. Throws when the two descriptions differ. */
export function unzip(archive: Buffer): Unzipped[] {
  const end = archive.lastIndexOf('PK\x05\x06');
  const count = archive.readUInt16LE(end + 10);
  let position = archive.readUInt32LE(end + 16);
  return Array.from({ length: count }, () => {
    const name = archive.toString(
      'latin1',
      position + 46,
      position + 46 + archive.readUInt16LE(position + 28),
    );
    const local = archive.readUInt32LE(position + 42);
    const common = archive.subarray(position + 6, position + 32);
    if (!common.equals(archive.subarray(local + 4, local + 30))) throw new Error(`two ${name}`);
    const start = local + 30 + archive.readUInt16LE(local + 26);
    const compressed = archive.subarray(start, start + archive.readUInt32LE(local + 18));
    const entry = {
      name,
      content: inflateRawSync(compressed),
      modified: archive.readUInt32BE(position + 12),
      mode: archive.readUInt32LE(position + 38) >>> 16,
      crc: archive.readUInt32LE(position + 16),
    };
    position += 46 + name.length;
    return entry;
  });
}
