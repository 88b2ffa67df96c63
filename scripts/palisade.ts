import { createProgram } from './command-line/program';

// Whoever reads may stop before the end, as `head` does; the exit code says how it went all the same.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

createProgram()
  .parseAsync()
  .catch((error: Error) => {
    console.error(`palisade: ${error.message}`);
    process.exitCode = 1;
  });
