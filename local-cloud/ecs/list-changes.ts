import type { Parameters } from '../action';
import { isListName, type ListFields, refuseMalformedDescription } from './lists';
import { isPlainText, optional, repeatedObjects } from './parameters';
import { type ErrorKey, refuse } from './refuse';

const MOST_CHANGES = 200;

/** What tells the entries of one kind of list from those of the other. */
export interface ListKind<Entry> {
  readonly nameParameter: string;
  /** The field of AddEntry.N and RemoveEntry.N that holds the entry. */
  readonly valueName: string;
  /** Reads an entry, its value normalized; undefined for a malformed value. */
  readonly entryOf: (value: string, description: string) => Entry | undefined;
  readonly valueOf: (entry: Entry) => string;
  readonly refusals: {
    readonly name: ErrorKey;
    readonly malformed: ErrorKey;
    readonly duplicated: ErrorKey;
    readonly tooMany: ErrorKey;
  };
}

/** The fields of a list that ModifyPrefixList and ModifyPortRangeList change. */
type Changeable<Entry> = Pick<ListFields, 'name' | 'description' | 'maxEntries'> & {
  readonly entries: readonly Entry[];
};

/**
 * The list with the changes of a call: name and description each only if sent, entries removed, and
 * entries added, of which one that is there already gets the description that is sent with it. To remove
 * what is not there changes nothing, about which the pages say nothing. Throws (400) for what is
 * missing, malformed or repeated, and for more entries than MaxEntries.
 */
export function withChanges<Entry, List extends Changeable<Entry>>(
  list: List,
  parameters: Parameters,
  kind: ListKind<Entry>,
): List {
  const name = optional(parameters, kind.nameParameter);
  if (name !== '' && !isListName(name)) {
    refuse(kind.refusals.name);
  }
  const description = optional(parameters, 'Description');
  refuseMalformedDescription(description);
  const added = sentEntries(parameters, 'AddEntry', kind);
  const removed = sentEntries(parameters, 'RemoveEntry', kind);
  const sent = [...added, ...removed].map(kind.valueOf);
  if (new Set(sent).size < sent.length) {
    refuse(kind.refusals.duplicated, 'An entry is specified twice.');
  }
  const entries = new Map(list.entries.map((entry) => [kind.valueOf(entry), entry]));
  for (const entry of removed) {
    entries.delete(kind.valueOf(entry));
  }
  for (const entry of added) {
    entries.set(kind.valueOf(entry), entry);
  }
  if (entries.size > list.maxEntries) {
    refuse(kind.refusals.tooMany);
  }
  return {
    ...list,
    name: name || list.name,
    description: description || list.description,
    entries: [...entries.values()],
  };
}

function sentEntries<Entry>(
  parameters: Parameters,
  name: 'AddEntry' | 'RemoveEntry',
  { valueName, entryOf, refusals }: ListKind<Entry>,
): Entry[] {
  const sent = repeatedObjects(parameters, name, new Set([valueName, 'Description']));
  if (sent.length > MOST_CHANGES) {
    refuse('LimitExceed.Entry/modify');
  }
  return sent.map(({ index, fields }) => {
    const value = fields.get(valueName) ?? '';
    if (value === '') {
      refuse('MissingParameter', `${name}.${index}.${valueName}`);
    }
    const description = fields.get('Description') ?? '';
    if (description !== '' && !isPlainText(description, 2, 32)) {
      refuse('InvalidParameter', `${name}.${index}.Description`);
    }
    return (
      entryOf(value, description) ??
      refuse(refusals.malformed, `${name}.${index}.${valueName} is not valid.`)
    );
  });
}
