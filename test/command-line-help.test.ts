import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { createProgram } from '../scripts/command-line/program';

/** A command that does something, by the words that call it. */
interface Leaf {
  readonly words: string;
  readonly help: string;
}

function leaves(command: Command, words = ''): Leaf[] {
  const children = command.commands.filter((child) => child.name() !== 'help');
  if (children.length > 0) {
    return children.flatMap((child) => leaves(child, `${words} ${child.name()}`));
  }
  let help = '';
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  return [{ words: words.trim(), help }];
}

function examplesOf(help: string): string[] {
  return help.split('\n').flatMap((line) => /^ {2}\$ (.*palisade .*)$/.exec(line)?.[1] ?? []);
}

/** The words of a call of palisade in a line of shell, without pipes and redirections. */
function wordsOf(line: string): string[] {
  const call = /\bpalisade ([^|>]*)/.exec(line)?.[1] ?? '';
  return [...call.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? '',
  );
}

/** Parses words as the command line does, without doing anything; gives the name of the command called. */
async function parsed(words: readonly string[]): Promise<string> {
  const program = createProgram();
  let called = '';
  const prepare = (command: Command, name: string) => {
    command.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
    if (command.commands.length === 0) {
      command.action(() => {
        called = name;
      });
    }
    for (const child of command.commands) prepare(child, `${name} ${child.name()}`.trim());
  };
  prepare(program, '');
  await program.parseAsync([...words], { from: 'user' });
  return called;
}

const all = leaves(createProgram());

it('knows the commands', () => {
  expect(all.map(({ words }) => words)).toEqual(
    expect.arrayContaining(['plan', 'apply', 'evidence verify', 'webhook sign', 'rollback']),
  );
});

it('each command stands in the table of the README', () => {
  const readme = readFileSync(join(__dirname, '..', 'README.md'), 'utf8');
  const cells = [...readme.matchAll(/^\| (`[^|]+)\|/gm)].map(([, cell = '']) => cell);
  const isListed = ({ words }: Leaf) => {
    const [name = '', ...further] = words.split(' ');
    return cells.some(
      (cell) =>
        cell.match(/\w+/)?.[0] === name && further.every((word) => cell.includes(`${word}\``)),
    );
  };
  expect(all.filter((leaf) => !isListed(leaf)).map(({ words }) => words)).toEqual([]);
});

describe.each(all)('palisade $words --help', ({ words, help }) => {
  const examples = examplesOf(help).filter((line) => !line.startsWith('node '));

  it('shows at least two examples, which parse as calls of it', async () => {
    expect(examples.length).toBeGreaterThanOrEqual(2);
    const called = await Promise.all(examples.map((line) => parsed(wordsOf(line))));
    expect(called).toEqual(examples.map(() => words));
  });

  it('says what its exit codes mean', () => {
    expect(help).toMatch(/\nExit codes:\n {2}0 /);
  });
});

it('an example with an option that a command does not have does not parse', async () => {
  await expect(parsed(wordsOf('palisade plan --policy p.yaml --nope'))).rejects.toThrow(
    /unknown option '--nope'/,
  );
});
