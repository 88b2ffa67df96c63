import { createInterface } from 'node:readline/promises';
import type { Interruption } from './interruption';

/**
 * Asks a question on the terminal that is to be answered with yes. The end of the input is a no; Ctrl-C
 * throws what the interruption says.
 */
export async function confirm(question: string, interruption: Interruption): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // While it waits, the terminal gives Ctrl-C as a key and not as a signal.
  terminal.on('SIGINT', () => interruption.tell('SIGINT'));
  const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  const { signal } = interruption;
  try {
    const answer = await Promise.race([terminal.question(question, { signal }), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error;
  } finally {
    terminal.close();
  }
}
