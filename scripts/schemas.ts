import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publishedSchemas } from './published-schemas';

/** Writes the published JSON Schemas into `schemas/`; format them afterwards with `npm run format`. */
async function writeSchemas(): Promise<void> {
  const folder = join(__dirname, '..', 'schemas');
  await mkdir(folder, { recursive: true });
  for (const [name, schema] of Object.entries(publishedSchemas())) {
    await writeFile(join(folder, name), `${JSON.stringify(schema, null, 2)}\n`);
  }
}

writeSchemas().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
