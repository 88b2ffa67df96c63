import { join, relative } from 'node:path';
import { buildFunctions } from './build-functions';

/** Builds the functions for deployment: `npm run build [-- POLICY-FILE]`. */
async function main(): Promise<void> {
  const policyFile = process.argv[2] ?? join(__dirname, '..', 'policies', 'starter.yaml');
  const built = await buildFunctions(policyFile, join(__dirname, '..', 'dist', 'functions'));
  for (const { directory, bytes } of built) {
    const path = relative(process.cwd(), join(directory, 'index.js'));
    console.log(`${path}  ${(bytes / 1024).toFixed(0)} kB`);
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
