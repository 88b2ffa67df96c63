import { join, relative } from 'node:path';
import { buildFunctions } from './build-functions';
import { checkSizes, kilobytes, partsOf } from './size-budget';

/** Builds the functions for deployment: `npm run build [-- POLICY-FILE]`. */
async function main(): Promise<void> {
  const policyFile = process.argv[2] ?? join(__dirname, '..', 'policies', 'starter.yaml');
  const built = await buildFunctions(policyFile, join(__dirname, '..', 'dist', 'functions'));
  for (const { directory, bytes, compressedBytes } of built) {
    const path = relative(process.cwd(), directory);
    console.log(`${path}  ${kilobytes(bytes)} kB, compressed ${kilobytes(compressedBytes)} kB`);
  }
  checkSizes(built.map((each) => ({ ...each, parts: partsOf(each.files) })));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
