import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { packageFunctions } from './packages';
import { kilobytes } from './size-budget';

/** Packs the functions into zip files: `npm run package [-- [POLICY-FILE] [--out FOLDER] [--json]]`. */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { out: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  if (positionals.length > 1) {
    throw new Error(
      `"${positionals[1]}" is one file too many: all policies stand in one file; usage: npm run package -- [POLICY-FILE] [--out FOLDER] [--json]`,
    );
  }
  const project = join(__dirname, '..');
  const out = values.out ?? join(project, 'dist', 'packages');
  const packages = await packageFunctions(
    positionals[0] ?? join(project, 'policies', 'starter.yaml'),
    out,
  );
  if (values.json) {
    console.log(JSON.stringify(packages));
    return;
  }
  for (const { file, bytes, sha256 } of packages) {
    const path = relative(process.cwd(), join(out, file));
    console.log(`${path}  ${kilobytes(bytes)} kB  sha256 ${sha256}`);
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
