import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BuildError } from './build-error';

const CLAUSE = /^([\w$]+)?\s*,?\s*(?:\{([^}]*)\})?$/;

/**
 * The names that the product's code imports from a package, without types and tests, `default` among them.
 * Throws BuildError if no file imports it, or one does so in a way that does not tell what it uses.
 */
export async function importedNames(
  packageName: string,
  rooms: readonly string[],
): Promise<Set<string>> {
  const names = new Set<string>();
  const statement = new RegExp(
    `^import\\s+(?!type\\b)([^;'"]*?)\\s+from\\s+'${packageName}';`,
    'gms',
  );
  const call = new RegExp(`\\b(?:import|require)\\(\\s*'${packageName}'`);
  for (const file of await sourceFiles(rooms)) {
    const source = await readFile(file, 'utf8');
    const clauses = [...source.matchAll(statement)].map(([, clause = '']) => clause.trim());
    const matches = clauses.map((clause) => CLAUSE.exec(clause));
    if (call.test(source) || matches.includes(null)) {
      throw new BuildError(
        `${file} imports ${packageName} as a whole, so that nothing of it can be left out: import the names ` +
          'that it uses in a module of their own, and load that by import() where it is not always needed',
      );
    }
    for (const match of matches) {
      if (match?.[1] !== undefined) names.add('default');
      for (const part of (match?.[2] ?? '').split(',')) {
        const name = part.trim().split(/\s+as\s+/)[0];
        if (name && !name.startsWith('type ')) names.add(name);
      }
    }
  }
  if (names.size === 0) {
    throw new BuildError(
      `no file imports names from ${packageName}, so that it cannot be told what of it is used: ` +
        'import the names that are used',
    );
  }
  return names;
}

async function sourceFiles(rooms: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    rooms.map(async (room) => {
      const entries = await readdir(room, { recursive: true });
      return entries
        .filter((path) => path.endsWith('.ts') && !/\.(test|d)\.ts$/.test(path))
        .map((path) => join(room, path));
    }),
  );
  return found.flat();
}
