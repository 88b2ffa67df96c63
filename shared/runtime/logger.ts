import { type Logger, pino } from 'pino';

export type { Logger };

/**
 * Logs JSON lines to standard output. `bindings` (request id, run id) are on every line. Secrets are not
 * passed to it; should one ever be, its usual names are blanked.
 */
export function createLogger(level: string, bindings: Readonly<Record<string, string>>): Logger {
  return pino(
    {
      level,
      base: bindings,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: ['accessKeySecret', 'securityToken', '*.accessKeySecret', '*.securityToken'],
    },
    // Not pino's own destination: that writes to the descriptor, past the platform's capture of output.
    process.stdout,
  );
}
