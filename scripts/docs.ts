import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { policyJsonSchema } from '../shared/policy/json-schema';
import { withGeneratedParts } from './docs/generated-parts';
import { policyTables, type SchemaNode } from './docs/policy-tables';

/** Writes the tables of keys in docs/policies.md from the schema of policy files. */
async function writeDocs(): Promise<void> {
  const file = join(__dirname, '..', 'docs', 'policies.md');
  const tables = policyTables(policyJsonSchema() as SchemaNode);
  await writeFile(file, withGeneratedParts(await readFile(file, 'utf8'), tables));
}

writeDocs().catch((error: Error) => {
  console.error(`docs: ${error.message}`);
  process.exitCode = 1;
});
