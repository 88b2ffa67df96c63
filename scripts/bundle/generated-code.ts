import { BuildError } from './build-error';

/** Source of a module that a generator of SDKs wrote, and its path for messages. */
export interface GeneratedModule {
  readonly path: string;
  readonly source: string;
}

interface Piece {
  readonly name: string;
  readonly lines: readonly string[];
}

const CLASS_START = /^class ([\w$]+)(?: extends [\w$.]+)? \{$/;
const MEMBER_START = /^ {4}(?:static )?(?:async )?\*?([\w$]+)\(.*\) \{$/;
const COMMENT = /^\s*(?:\/\*\*|\*|\/\/|$)/;

/**
 * Leaves of the class `Client` its constructor, the methods named, and whatever of it these call. Throws
 * BuildError if a method is missing or the class is not written as generated clients are.
 */
export function keepMethods(module: GeneratedModule, names: Iterable<string>): string {
  const lines = module.source.split('\n');
  const start = lines.findIndex((line) => CLASS_START.exec(line)?.[1] === 'Client');
  const end = lines.indexOf('}', start);
  if (start < 0 || end < 0) throw otherShape(module, 'there is no class Client');
  const members = membersOf(module, lines.slice(start + 1, end));
  const wanted = ['constructor', ...names];
  const kept = new Set<string>();
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    const member = members.get(name);
    if (!member) throw otherShape(module, `its Client has no method ${name}`);
    if (kept.has(name)) continue;
    kept.add(name);
    wanted.push(
      ...mentions(member, /\b(?:this|Client)\.([\w$]+)/g).filter((each) => members.has(each)),
    );
  }
  const body = [...members.values()].filter(({ name }) => kept.has(name));
  return [
    ...lines.slice(0, start + 1),
    ...body.flatMap((member) => member.lines),
    ...lines.slice(end),
  ].join('\n');
}

/**
 * Puts methods of the class `Client` that throw an Error in the place of those named. Throws BuildError if one
 * is missing or the class is not written as generated clients are.
 */
export function replaceMethods(module: GeneratedModule, names: readonly string[]): string {
  const lines = module.source.split('\n');
  const start = lines.findIndex((line) => CLASS_START.exec(line)?.[1] === 'Client');
  const end = lines.indexOf('}', start);
  if (start < 0 || end < 0) throw otherShape(module, 'there is no class Client');
  const members = membersOf(module, lines.slice(start + 1, end));
  const missing = names.find((name) => !members.has(name));
  if (missing !== undefined) throw otherShape(module, `its Client has no method ${missing}`);
  const body = [...members.values()].flatMap((member) =>
    names.includes(member.name)
      ? [
          `    ${member.name}() {`,
          `        throw new Error('${member.name} is not in this bundle: see scripts/bundle');`,
          '    }',
        ]
      : member.lines,
  );
  return [...lines.slice(0, start + 1), ...body, ...lines.slice(end)].join('\n');
}

/**
 * Leaves of a module that declares several classes those that are exported under the names, the classes that
 * they mention, and of the modules that it requires those that they mention. Throws BuildError if a name is
 * missing.
 */
export function keepClasses(module: GeneratedModule, names: Iterable<string>): string {
  const pieces = topLevel(module);
  const declared = new Map(pieces.flatMap((piece) => namesIn(piece).map((name) => [name, piece])));
  const byDefault = /^exports\.default = ([\w$]+);$/m.exec(module.source)?.[1];
  const wanted = [...names].map((name) => (name === 'default' ? (byDefault ?? name) : name));
  const kept = new Set<Piece>();
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    const piece = declared.get(name);
    if (!piece) throw otherShape(module, `it declares no ${name}`);
    if (kept.has(piece)) continue;
    kept.add(piece);
    wanted.push(...mentions(piece, /([\w$]+)/g).filter((each) => declared.has(each)));
  }
  return pieces
    .filter((piece) => {
      const exported = /^exports\.[\w$]+ = ([\w$]+);$/.exec(piece.lines[0] ?? '')?.[1];
      const owner = exported === undefined ? undefined : declared.get(exported);
      if (owner) return kept.has(owner);
      return namesIn(piece).length === 0 || kept.has(piece);
    })
    .flatMap((piece) => piece.lines)
    .join('\n');
}

/**
 * Leaves of an index of models those that are named; the others are then never read. Throws BuildError if one
 * is missing.
 */
export function keepModels(module: GeneratedModule, names: Iterable<string>): string {
  const files = new Map<string, string>();
  for (const [, variable = '', file = ''] of module.source.matchAll(
    /^var ([\w$]+) = require\("(\.\/[\w$]+)"\);$/gm,
  )) {
    files.set(variable, file);
  }
  const owners = new Map<string, string>();
  for (const [, name = '', variable = ''] of module.source.matchAll(
    /^Object\.defineProperty\(exports, "([\w$]+)", \{ enumerable: true, get: function \(\) \{ return ([\w$]+)\.\1; \} \}\);$/gm,
  )) {
    owners.set(name, variable);
  }
  const kept = [...new Set(names)].sort().map((name) => {
    const file = files.get(owners.get(name) ?? '');
    if (file === undefined) throw otherShape(module, `it exports no ${name}`);
    return `exports.${name} = require("${file}").${name};`;
  });
  return ['"use strict";', 'exports.__esModule = true;', ...kept].join('\n');
}

/** The models that a client's code mentions. */
export function modelsIn(source: string): string[] {
  return [...source.matchAll(/\$_model\.([\w$]+)/g)].map(([, name = '']) => name);
}

function membersOf(module: GeneratedModule, lines: readonly string[]): Map<string, Piece> {
  const members = new Map<string, Piece>();
  let open: { name: string; lines: string[] } | undefined;
  for (const line of lines) {
    if (open) {
      open.lines.push(line);
      if (line === '    }') open = undefined;
      continue;
    }
    if (COMMENT.test(line)) continue;
    const name = MEMBER_START.exec(line)?.[1];
    if (name === undefined) throw otherShape(module, `its Client holds "${line.trim()}"`);
    open = { name, lines: [line] };
    members.set(name, open);
  }
  return members;
}

/** Statements that begin in the first column, each up to the next one. */
function topLevel({ source }: GeneratedModule): Piece[] {
  const pieces: { name: string; lines: string[] }[] = [];
  for (const line of source.split('\n')) {
    const last = pieces.at(-1);
    if (!last || /^[\w"'$]/.test(line)) {
      const name = CLASS_START.exec(line)?.[1] ?? '';
      pieces.push({ name, lines: [line] });
    } else last.lines.push(line);
  }
  return pieces;
}

/** What a statement declares that may be done without: a class, or the modules that it requires. */
function namesIn({ name, lines }: Piece): string[] {
  if (name) return [name];
  const [first = ''] = lines;
  if (!/^const .*\brequire\("/.test(first)) return [];
  return [...first.matchAll(/([\w$]+) = /g)].map(([, each = '']) => each);
}

function mentions({ lines }: Piece, pattern: RegExp): string[] {
  return lines.flatMap((line) => [...line.matchAll(pattern)].map(([, name = '']) => name));
}

function otherShape({ path }: GeneratedModule, what: string): BuildError {
  return new BuildError(
    `${path} cannot be pruned: ${what}; look at what has changed in the SDK, and at scripts/bundle`,
  );
}
