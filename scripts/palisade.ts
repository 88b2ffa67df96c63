import { createProgram } from './command-line/program';

createProgram()
  .parseAsync()
  .catch((error: Error) => {
    console.error(`palisade: ${error.message}`);
    process.exitCode = 1;
  });
