import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolder } from '../../shared/evidence';
import { bundleFunctions } from '../build-functions';
import { checkSizes, type Parts, partsOf } from '../size-budget';
import { zip } from './zip';

/** One packed function, as `packages.json` describes it. */
export interface Package {
  /** Name of the function in `template.yml`. */
  readonly functionName: string;
  /** Name of the zip file in the folder of packages. */
  readonly file: string;
  /** Bytes of the zip file. */
  readonly bytes: number;
  /** Of the zip file, in hexadecimal digits. */
  readonly sha256: string;
  readonly parts: Parts;
}

const MANIFEST = 'packages.json';
const manifestSchema = z.array(
  z.object({ functionName: z.string(), parts: z.record(z.string(), z.number()) }),
);

/**
 * Packs each function, with the policies of a file compiled in, into `OUT/palisade-NAME.zip`, and says in
 * `OUT/packages.json` what came out. The same sources and policies give the same bytes, wherever and whenever
 * they are packed. Throws what `bundleFunctions` throws, and a BuildError, with nothing written, if a package
 * is larger than it may be.
 */
export async function packageFunctions(
  policyFile: string,
  outDirectory: string,
): Promise<Package[]> {
  const before = await partsBefore(join(outDirectory, MANIFEST));
  const packed = (await bundleFunctions(policyFile)).map(({ name, files }) => {
    const functionName = `palisade-${name}`;
    const content = zip(files);
    const description: Package = {
      functionName,
      file: `${functionName}.zip`,
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      parts: partsOf(files),
    };
    return { content, description };
  });
  checkSizes(
    packed.map(({ description: { functionName, bytes, parts } }) => {
      const earlier = before.get(functionName);
      return {
        name: functionName,
        compressedBytes: bytes,
        parts,
        ...(earlier === undefined ? {} : { before: earlier }),
      };
    }),
  );
  const packages = packed.map(({ description }) => description);
  try {
    await makeFolder(outDirectory);
    for (const { content, description } of packed) {
      await writeFile(join(outDirectory, description.file), content);
    }
    await writeFile(join(outDirectory, MANIFEST), `${JSON.stringify(packages, null, 2)}\n`);
  } catch (error) {
    const { message } = error as Error;
    throw new Error(
      `the packages cannot be written to ${outDirectory} (${message}); make room there or choose another folder with --out`,
    );
  }
  return packages;
}

/** The parts of the packages that were made last; none if there are none that can be read. */
async function partsBefore(manifest: string): Promise<ReadonlyMap<string, Parts>> {
  try {
    const packages = manifestSchema.parse(JSON.parse(await readFile(manifest, 'utf8')));
    return new Map(packages.map(({ functionName, parts }) => [functionName, parts]));
  } catch {
    return new Map();
  }
}
