import type { SecurityGroup } from '../../shared/security-group';
import type { ReadLists } from '../../shared/traffic';
import type { ConnectionOptions } from './connection';
import { readInventory } from './inventory';

/** Where `explain` and `lint` get groups from: a file, or ECS. */
export interface SourceOptions extends ConnectionOptions {
  /** Policy file whose accounts are looked at; absent: only the own account. */
  readonly policy?: string;
  /** Of these only some, by their ids. */
  readonly account?: readonly string[];
  readonly inventory?: string;
}

/** A group with the lists that its rules name, or why it could not be read. */
export type FoundGroup =
  | { readonly group: SecurityGroup; readonly lists: ReadLists }
  | {
      readonly id: string;
      readonly regionId: string;
      readonly accountId?: string;
      readonly unread: string;
    };

/** The groups asked for: one by its id, or all. Throws when the one is not there. */
export async function findGroups(options: SourceOptions, id?: string): Promise<FoundGroup[]> {
  if (options.inventory === undefined) {
    // Loaded only here: the ECS client costs more than everything else of an offline answer.
    const { findEcsGroups } = await import('./ecs-groups');
    return findEcsGroups(options, id);
  }
  const all = await readInventory(options.inventory);
  const found = id === undefined ? all : all.filter(({ group }) => group.id === id);
  if (id !== undefined && found.length === 0) {
    throw new Error(`${options.inventory} has no group ${id}: look for its id in the file`);
  }
  return found;
}
