import { join, relative } from 'node:path';
import { buildFunctions, MOST_COMPRESSED_BYTES } from './build-functions';

/** Builds the functions for deployment: `npm run build [-- POLICY-FILE]`. */
async function main(): Promise<void> {
  const policyFile = process.argv[2] ?? join(__dirname, '..', 'policies', 'starter.yaml');
  const built = await buildFunctions(policyFile, join(__dirname, '..', 'dist', 'functions'));
  for (const { directory, bytes, compressedBytes } of built) {
    const path = relative(process.cwd(), directory);
    console.log(`${path}  ${kilobytes(bytes)} kB, compressed ${kilobytes(compressedBytes)} kB`);
  }
  const tooLarge = built.filter((each) => each.compressedBytes > MOST_COMPRESSED_BYTES);
  if (tooLarge.length > 0) {
    const names = tooLarge.map(({ name }) => name).join(', ');
    throw new Error(
      `over ${kilobytes(MOST_COMPRESSED_BYTES)} kB compressed: ${names}; see what has come in, ` +
        'load it only where it is needed or leave it out (scripts/bundle), or shorten the policies',
    );
  }
}

function kilobytes(bytes: number): string {
  return (bytes / 1024).toFixed(0);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
