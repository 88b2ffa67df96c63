import { createHash } from 'node:crypto';
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  visit,
} from 'yaml';
import { markOwnAccount } from './accounts';
import { checkMeaning } from './meaning';
import type { Mistake } from './mistake';
import type { PolicySet } from './policy';
import { PolicyFileError, type PolicyProblem } from './policy-file-error';
import { policyFile } from './schema';
import { explainIssue, remedyOf } from './schema-messages';

/** A problem by its place in the source, in UTF-16 units from its start. */
interface Located {
  readonly offset: number;
  readonly path?: Mistake['path'];
  readonly message: string;
}

/**
 * Reads a policy file: YAML (JSON is YAML too), checked against the schema and for sense, with every
 * default filled in. `now` (milliseconds since 1970) decides whether an exemption has ended.
 * Throws PolicyFileError with every problem found, each with its line, column and remedy.
 */
export function loadPolicies(source: string, file: string, now: number): PolicySet {
  const lines = new LineCounter();
  const documents: Document.Parsed[] = [
    ...parseAllDocuments(source, { lineCounter: lines, prettyErrors: false }),
  ];
  const refuse = (located: readonly Located[]) =>
    new PolicyFileError(
      file,
      inOrder(
        located.map(({ offset, path = [], message }) => {
          // An empty source has no lines to count.
          const { line, col } = source === '' ? { line: 1, col: 1 } : lines.linePos(offset);
          return { line, column: col, path: formatPath(path), message };
        }),
      ),
    );

  const [document] = documents;
  if (!document || (document.contents === null && document.errors.length === 0)) {
    const message = 'the file is empty: start it with "version: 1" and a list of policies';
    throw refuse([{ offset: 0, message }]);
  }
  const broken = [...documents.flatMap(yamlProblems), ...documents.slice(1).map(second)];
  if (broken.length > 0) throw refuse(broken);

  const data = toPlainData(document);
  if (data === undefined) {
    const message = 'the aliases (*) stand for too much: write the parts out';
    throw refuse([{ offset: 0, message }]);
  }
  const checked = policyFile.safeParse(data, { error: remedyOf });
  const mistakes = checked.success
    ? checkMeaning(checked.data, now)
    : checked.error.issues.flatMap((issue) => explainIssue(issue, data));
  if (!checked.success || mistakes.length > 0) {
    throw refuse(
      mistakes.map(({ path, message, atKey = false }) => ({
        offset: offsetOf(document, path, atKey),
        path,
        message,
      })),
    );
  }
  const digest = createHash('sha256').update(JSON.stringify(checked.data)).digest('hex');
  return markOwnAccount({ ...checked.data, digest });
}

function second(document: Document.Parsed): Located {
  const message = 'a second document starts here: keep one document a file';
  return { offset: document.range[0], message };
}

/** What is not YAML, and what is YAML but would not arrive as plain keys and values. */
function yamlProblems(document: Document.Parsed): Located[] {
  const problems: Located[] = [...document.errors, ...document.warnings].map(
    ({ pos, message }) => ({ offset: pos[0], message: `not valid YAML: ${message}` }),
  );
  visit(document, {
    Alias(_position, alias) {
      if (alias.resolve(document)) return;
      const message = `*${alias.source} has no anchor: put &${alias.source} before what it stands for`;
      problems.push({ offset: alias.range?.[0] ?? 0, message });
    },
    Pair(_position, { key }) {
      const name = isScalar(key) ? String(key.value) : undefined;
      if (name !== undefined && name !== '__proto__' && name !== '<<') return;
      const message =
        name === '<<' ? 'keys cannot be merged: write them out' : 'not a key: write a plain name';
      problems.push({ offset: isNode(key) ? (key.range?.[0] ?? 0) : 0, message });
    },
  });
  return problems;
}

/** Undefined for aliases of aliases that multiply past all sense. */
function toPlainData(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}

/** Where a path stands in the source; where it is missing, the nearest part that holds it. */
function offsetOf(document: Document.Parsed, path: Mistake['path'], atKey: boolean): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? 0;
  for (const [index, step] of path.entries()) {
    const pair = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      : undefined;
    const isKey =
      pair !== undefined && (pair.value === null || (atKey && index === path.length - 1));
    node = isKey ? pair.key : isSeq(node) ? node.items[Number(step)] : pair?.value;
    if (!isNode(node) || !node.range) break;
    offset = node.range[0];
    if (isAlias(node)) node = node.resolve(document);
  }
  return offset;
}

function formatPath(path: Mistake['path']): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`))
    .join('');
}

/** By place, with only the first problem of each part: what else is said of it follows from that one. */
function inOrder(problems: readonly PolicyProblem[]): PolicyProblem[] {
  const ordered = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
  return ordered.filter(
    (problem, index) =>
      ordered.findIndex(
        ({ path, line, column }) =>
          path === problem.path && line === problem.line && column === problem.column,
      ) === index,
  );
}
