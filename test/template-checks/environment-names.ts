import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const PROJECT = join(__dirname, '..', '..');
const NAME = /\bPALISADE_[A-Z_]*[A-Z]\b/g;

/** The environment variables that the code of the functions reads. */
export async function readByTheFunctions(): Promise<string[]> {
  return namesIn(await readFile(join(PROJECT, 'shared', 'runtime', 'settings.ts'), 'utf8'));
}

/** Those that any code reads: the functions, the command line and the scripts beside it. */
export async function readByAnyCode(): Promise<string[]> {
  return namesIn(
    await allText(
      ['functions', 'shared', 'scripts'],
      (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
    ),
  );
}

/** Those that the documents explain in a table. */
export async function documented(): Promise<string[]> {
  const text = await allText(['README.md', 'docs', 'deploy'], (name) => name.endsWith('.md'));
  return namesIn(text.replace(/^(?!\| *`).*$/gm, ''));
}

async function allText(places: readonly string[], wanted: (name: string) => boolean) {
  const entries = await Promise.all(places.map((place) => filesIn(join(PROJECT, place))));
  const texts = entries
    .flat()
    .filter(wanted)
    .map((file) => readFile(file, 'utf8'));
  return (await Promise.all(texts)).join('\n');
}

/** A file itself, or all files of a folder; none where there is neither. */
async function filesIn(place: string): Promise<string[]> {
  if (place.endsWith('.md')) return [place];
  const names = await readdir(place, { recursive: true }).catch(() => []);
  return names.map((name) => join(place, name));
}

function namesIn(text: string): string[] {
  return [...new Set(text.match(NAME) ?? [])].sort();
}
