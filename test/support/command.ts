import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

/** How a command ended and what it said. */
export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment of a command: nothing of this process but where programs are. */
export type CommandEnvironment = Readonly<Record<string, string>>;

/** Runs the real command in a folder, without a terminal, to its end. */
export async function runPalisade(
  folder: string,
  parameters: readonly string[],
  environment: CommandEnvironment = {},
): Promise<CommandResult> {
  return resultOf(start(folder, parameters, environment));
}

/** A command that is going on. */
export interface StartedCommand {
  signal(name: 'SIGINT' | 'SIGTERM'): void;
  readonly ended: Promise<CommandResult>;
}

/** Starts the real command in a folder, without a terminal. */
export function startPalisade(
  folder: string,
  parameters: readonly string[],
  environment: CommandEnvironment = {},
): StartedCommand {
  const child = start(folder, parameters, environment);
  return {
    signal(name) {
      child.kill(name);
    },
    ended: resultOf(child),
  };
}

/** Runs the demo in a folder, without a terminal, to its end. */
export async function runDemo(folder: string): Promise<CommandResult> {
  return resultOf(start(folder, [], {}, 'demo.ts'));
}

async function resultOf(child: ChildProcess): Promise<CommandResult> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (data: Buffer) => {
    stdout += data.toString();
  });
  child.stderr?.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, stdout, stderr };
}

/** Runs the real command and closes its standard output after the first piece of it, as `head` does. */
export async function runCutOff(
  folder: string,
  parameters: readonly string[],
): Promise<Pick<CommandResult, 'exitCode' | 'stderr'>> {
  const child = start(folder, parameters, {});
  let stderr = '';
  child.stdout?.once('data', () => child.stdout?.destroy());
  child.stderr?.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, stderr };
}

/** A local cloud that the real command serves. */
export interface LocalProcess {
  /** The line of JSON that it printed when it was ready. */
  readonly address: {
    readonly ecs: { readonly endpoint: string };
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
  } & Readonly<Record<string, unknown>>;
  /** Sends a signal and gives the exit code. */
  stop(signal: 'SIGINT' | 'SIGTERM'): Promise<number | null>;
}

/** Starts `palisade local` and waits until it is ready. Throws when it ends before. */
export async function startLocalProcess(
  folder: string,
  parameters: readonly string[],
): Promise<LocalProcess> {
  const child = start(folder, ['local', ...parameters], {});
  const ended = once(child, 'close') as Promise<[number | null]>;
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout ?? process.stdin }), 'line'),
    ended.then(([code]) => Promise.reject(new Error(`palisade local ended with ${code}`))),
  ])) as [string];
  return {
    address: JSON.parse(line) as LocalProcess['address'],
    async stop(signal) {
      child.kill(signal);
      return (await ended)[0];
    },
  };
}

function start(
  folder: string,
  parameters: readonly string[],
  environment: CommandEnvironment,
  name = 'palisade.ts',
): ChildProcess {
  const loader = pathToFileURL(require.resolve('tsx')).href;
  const script = join(__dirname, '..', '..', 'scripts', name);
  return spawn(process.execPath, ['--import', loader, script, ...parameters], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
