import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import {
  type SavedPlan,
  SavedPlanError,
  type SealedPlan,
  sealPlan,
  unsealPlan,
} from '../../shared/remediation/saved-plan';
import { readTrouble, writeTrouble } from '../file-trouble';
import { CommandError, EXIT_CODES } from './exit-code';
import type { SavedAs } from './result-output';

/** Writes a plan to a file, whole or not at all. Throws an Error that names it. */
export async function savePlan(file: string, plan: SavedPlan): Promise<SavedAs> {
  const { text, digest } = sealPlan(plan);
  const aside = `${file}.${randomUUID()}`;
  try {
    await writeFile(aside, text, { flag: 'wx' });
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true });
    throw new Error(`the plan cannot be saved as ${file}: ${writeTrouble(error)}`);
  }
  return { file, digest };
}

/** Reads a saved plan. Throws CommandError if it was altered, and an Error if it is none. */
export async function readPlan(file: string): Promise<SealedPlan> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new Error(`the plan ${file} cannot be read: ${readTrouble(error)}`);
  }
  try {
    return unsealPlan(text, file);
  } catch (error) {
    if (!(error instanceof SavedPlanError) || error.kind !== 'altered') throw error;
    throw new CommandError(`${error.message}; nothing was changed`, EXIT_CODES.refused);
  }
}
