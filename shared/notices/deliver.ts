import type { Reading } from './service';
import { type Answer, type Message, type Transport, TransportError } from './transport';

/** What a delivery needs of the world. */
export interface DeliveryOptions {
  readonly transport: Transport;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Milliseconds since 1970 at which nothing more is tried. */
  readonly deadline: number;
}

export type Delivery =
  | { readonly ok: true; readonly attempts: number }
  | { readonly ok: false; readonly attempts: number; readonly cause: string };

const MOST_ATTEMPTS = 5;
/** Short enough for a second attempt within the default budget. */
const LONGEST_ATTEMPT_MS = 2_000;
const FIRST_CEILING_MS = 250;
const HIGHEST_CEILING_MS = 2_000;

/**
 * Posts a message until it is taken, refused for good, or the deadline has come. Waits grow with full jitter
 * and are never shorter than the service asks for. `compose` is asked for every attempt, because signatures
 * carry the time. After a timeout the message may have arrived: services that know no ids then show it
 * twice.
 */
export async function deliver(
  compose: (now: number) => Message,
  read: (answer: Answer) => Reading,
  { transport, now, sleep, random, deadline }: DeliveryOptions,
): Promise<Delivery> {
  for (let attempt = 1; ; attempt += 1) {
    const leftMs = deadline - now();
    if (leftMs <= 0) {
      return { ok: false, attempts: attempt - 1, cause: 'the time for it was over' };
    }
    const reading = await attemptOnce(Math.min(leftMs, LONGEST_ATTEMPT_MS));
    if (reading.ok) return { ok: true, attempts: attempt };
    const ceiling = Math.min(FIRST_CEILING_MS * 2 ** (attempt - 1), HIGHEST_CEILING_MS);
    const waitMs = Math.max(random() * ceiling, reading.waitMs ?? 0);
    const isOver = attempt >= MOST_ATTEMPTS || now() + waitMs >= deadline;
    if (!reading.tryAgain || isOver) {
      return { ok: false, attempts: attempt, cause: reading.cause };
    }
    await sleep(waitMs);
  }

  async function attemptOnce(timeoutMs: number): Promise<Reading> {
    try {
      return read(await transport(compose(now()), timeoutMs));
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      return { ok: false, cause: error.message, tryAgain: true };
    }
  }
}
