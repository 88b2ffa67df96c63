import { CommandError } from './command-line/exit-code';
import { InterruptedError } from './command-line/interruption';
import { createProgram } from './command-line/program';

// Whoever reads may stop before the end, as `head` does; the exit code says how it went all the same.
for (const output of [process.stdout, process.stderr]) {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    const name = output === process.stdout ? 'standard output' : 'standard error';
    process.stderr.write(`palisade: ${name} cannot be written: ${error.message}\n`);
    process.exit(1);
  });
}

createProgram()
  .parseAsync()
  .catch((error: Error) => {
    console.error(`palisade: ${error.message}`);
    process.exitCode = error instanceof CommandError ? error.exitCode : 1;
    // Reads that nobody waits for any more would keep the process.
    if (error instanceof InterruptedError) process.exit();
  });
