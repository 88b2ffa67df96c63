import { existsSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createEcsClient } from '../../shared/ecs';
import { makeFolder } from '../../shared/evidence';
import { policyJsonSchema } from '../../shared/policy/json-schema';
import { type Listing, listGroups, unlistedName } from '../../shared/remediation';
import { parseRegionId } from '../../shared/security-group';
import { writeTrouble } from '../file-trouble';
import { type ConnectionOptions, findCredentials } from './connection';
import { EXIT_CODES } from './exit-code';
import { starterPolicy } from './starter-policy';

/** Options of `init`. */
export interface InitOptions extends ConnectionOptions {
  /** Not to look at the account. */
  readonly offline: boolean;
}

const SCHEMA_FILE = 'policy.schema.json';
/** As long as somebody may wait for a file to start from. */
const LOOK_MS = 20_000;

/** Writes a policy file to start from, and its schema beside it. Gives the exit code. */
export async function init(file: string, options: InitOptions): Promise<number> {
  if (existsSync(file)) throw thereAlready(file);
  const listing = options.offline ? undefined : await look(options);
  const schemaFile = join(dirname(file), SCHEMA_FILE);
  const source = starterPolicy(listing?.groups, new Date(), `./${SCHEMA_FILE}`);
  if (!(await writeNew(file, source))) throw thereAlready(file);
  console.log(`${file} is written; its policies only observe.`);
  const schema = `${JSON.stringify(policyJsonSchema(), null, 2)}\n`;
  if (await writeNew(schemaFile, schema)) {
    console.log(`${schemaFile} is written, so that editors complete and explain it.`);
  } else {
    console.log(`${schemaFile} is there already and stays; delete it first to have it anew.`);
  }
  console.log(`
Next:
  palisade validate ${file}
  palisade plan --policy ${file}${options.region.map((id) => ` --region ${id}`).join('')}`);
  return EXIT_CODES.compliant;
}

/** The groups of the account; undefined, with a word why, if it cannot be looked at. */
async function look({ region, endpoint }: InitOptions): Promise<Listing | undefined> {
  const regionIds = region.length > 0 ? region.map(parseRegionId) : undefined;
  try {
    const credentials = await findCredentials();
    const deadline = Date.now() + LOOK_MS;
    const listing = await listGroups(
      ({ regionId }) =>
        createEcsClient({
          regionId,
          credentials,
          deadline,
          maxAttempts: 2,
          ...(endpoint === undefined ? {} : { endpoint }),
        }),
      { regionIds },
    );
    for (const unlisted of listing.unlisted) {
      console.error(
        `${unlistedName(unlisted)} could not be listed and is left out: ${unlisted.reason}`,
      );
    }
    return listing.unlisted.length < listing.places.length ? listing : undefined;
  } catch (error) {
    console.error(`The account was not looked at: ${(error as Error).message}`);
    return undefined;
  }
}

function thereAlready(file: string): Error {
  return new Error(`${file} is there already: name another file, or move that one away`);
}

/** Whether a file was written; false if it is there already. Throws an Error that says what to do. */
async function writeNew(file: string, content: string): Promise<boolean> {
  try {
    await makeFolder(dirname(file));
    const opened = await open(file, 'wx');
    try {
      await opened.writeFile(content);
    } catch (error) {
      // Half a file would look like one that must not be replaced.
      await rm(file, { force: true });
      throw error;
    } finally {
      await opened.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && existsSync(file)) return false;
    throw new Error(`${file} cannot be written: ${writeTrouble(error)}`);
  }
}
