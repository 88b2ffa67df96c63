import { createHash } from 'node:crypto';

/**
 * The run that a request starts: the same for every repetition, so that the ClientTokens derived from it
 * repeat as well, and a run that is started again after its instance died does nothing twice.
 */
export function webhookRunId(id: string): string {
  return `webhook-${digestOf(id).slice(0, 16)}`;
}

/** SHA-256 in hexadecimal. */
export function digestOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
