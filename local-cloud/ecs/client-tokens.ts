import { createHash } from 'node:crypto';
import type { CallContext, Parameters, ResponseBody } from '../action';
import { optional } from './parameters';
import { refuse } from './refuse';

interface Answer {
  readonly parametersHash: string;
  readonly body: ResponseBody;
  readonly since: number;
}

/**
 * Remembers the answers to calls that carried a ClientToken, for each account, action and token:
 * the same call again gets the same answer and has no effect (page: How to ensure idempotence).
 * A refused call leaves its token unused. Memory is bounded by the lifetime.
 */
export class ClientTokens {
  // Insertion order is order of age, so that expired answers are the first ones.
  readonly #answers = new Map<string, Answer>();

  /** `lifetimeMs`: how long an answer is remembered, in milliseconds. */
  constructor(private readonly lifetimeMs: number) {}

  /**
   * Runs a call, or answers as the first time. Throws IdempotentParameterMismatch (400) when the
   * token came with other parameters before, and InvalidClientToken.ValueNotSupported (400) when it
   * is longer than 64 characters or not ASCII.
   */
  once(
    action: string,
    parameters: Parameters,
    context: CallContext,
    run: () => ResponseBody,
  ): ResponseBody {
    const token = optional(parameters, 'ClientToken');
    if (token === '') {
      return run();
    }
    if (!/^[\x20-\x7e]{1,64}$/.test(token)) {
      refuse('InvalidClientToken.ValueNotSupported');
    }
    this.#forgetExpired(context.now);
    const key = JSON.stringify([context.caller.accountId, action, token]);
    const parametersHash = hashOf(parameters);
    const known = this.#answers.get(key);
    if (known !== undefined) {
      return known.parametersHash === parametersHash
        ? known.body
        : refuse('IdempotentParameterMismatch');
    }
    const body = run();
    this.#answers.set(key, { parametersHash, body, since: context.now });
    return body;
  }

  #forgetExpired(now: number): void {
    for (const [key, answer] of this.#answers) {
      if (now - answer.since < this.lifetimeMs) {
        return;
      }
      this.#answers.delete(key);
    }
  }
}

function hashOf(parameters: Parameters): string {
  const sorted = [...parameters].sort(([left], [right]) => (left < right ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64');
}
