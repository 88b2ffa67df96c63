import type { RecordStore } from '../../evidence';
import * as answers from './answers';
import { decodeBody } from './body';
import type { KnownAccounts, WebhookCommand } from './command';
import { type Answer, type HttpRequest, MAX_BODY_BYTES } from './http';
import { takeSlot } from './rate-limit';
import { openReplay, type Replay, type Seen } from './replay';
import { verifySignature } from './signature';

/** What became of a command that was handed to the pipeline. */
export type Started =
  /** The run goes on by itself. */
  | { readonly kind: 'accepted'; readonly runId: string }
  /** The run is over; `outcome` is plain JSON for the sender. */
  | { readonly kind: 'finished'; readonly runId: string; readonly outcome: object }
  /** Nothing was started: what is named does not exist. */
  | { readonly kind: 'not-found'; readonly missing: readonly string[] }
  /** Nothing was started: there is no room for the run now. */
  | { readonly kind: 'busy'; readonly retryAfterSeconds: number };

/** The part of a logger that is used. */
export interface WebhookLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What the door needs of the world. */
export interface WebhookSurroundings {
  /** As `parseSecrets` gives them. */
  readonly secrets: readonly string[];
  /** Shared by all instances. */
  readonly store: RecordStore;
  /** Ids of the policies there are. */
  readonly policyIds: readonly string[];
  /** Accounts that a request may name; default: none. */
  readonly accounts?: KnownAccounts;
  /**
   * Starts what a request asks for. Its run is `webhookRunId(id)`. When it throws, or its instance dies,
   * the sender may repeat the request, and it is started again with the same id.
   */
  readonly start: (command: WebhookCommand, id: string) => Promise<Started>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** A number from 0 up to 1. */
  readonly random: () => number;
  readonly log: WebhookLog;
  /** Default: 64 KiB. The reader of the request must be told the same. */
  readonly maxBodyBytes?: number;
  /** Authentic requests in a minute, over all instances; repetitions of answered ones are free. Default: 60. */
  readonly requestsPerMinute?: number;
  /** How long an instance is believed to be alive after it took a request: its timeout. Default: 60 s. */
  readonly claimMs?: number;
}

const REQUESTS_PER_MINUTE = 60;
const CLAIM_MS = 60_000;
/** How long a repetition waits for the answer to the first, in all, if its own instance lives on for long. */
const PATIENCE_MS = 5_000;

/** The address of the trigger itself, and the path to use behind a custom domain. */
const PATHS = ['/', '/webhook'];

/**
 * Answers a request: checks it from the cheapest to the dearest (path, method, size, type, signature,
 * all without a call or a parse), then whether it came before, then how many there were, then the body;
 * and starts what it asks for. A request is known by its `webhook-id`: every repetition gets the first
 * answer, byte for byte, and of several at once only one is started. Never throws, and never answers with
 * a 5xx: what cannot be checked is refused with 429, which asks the sender to try again.
 */
export async function answerWebhook(
  request: HttpRequest,
  surroundings: WebhookSurroundings,
): Promise<Answer> {
  const { log, maxBodyBytes = MAX_BODY_BYTES } = surroundings;
  const body = bodyOf(request, maxBodyBytes);
  if (!Buffer.isBuffer(body)) {
    log.info({ status: body.status }, 'request refused');
    return body;
  }
  const authenticity = verifySignature({
    headers: request.headers,
    body,
    secrets: surroundings.secrets,
    now: surroundings.now(),
  });
  if (!authenticity.ok) {
    log.warn({ status: 401, reason: authenticity.reason }, 'request is not authentic');
    return answers.unauthorized(authenticity.reason);
  }
  const { id } = authenticity;
  const answer = await answerAuthentic(id, body, surroundings);
  log.info({ webhookId: id, status: answer.status }, 'request answered');
  return answer;
}

/** The body of a request that may be looked at, or why it may not. */
function bodyOf({ method, path, headers, body }: HttpRequest, maxBodyBytes: number) {
  if (!PATHS.includes(path)) return answers.NO_SUCH_PATH;
  if (method !== 'POST') return answers.WRONG_METHOD;
  if (body === 'too-large') return answers.tooLarge(maxBodyBytes);
  if (body === 'incomplete') return answers.INCOMPLETE;
  if (body.length > maxBodyBytes) return answers.tooLarge(maxBodyBytes);
  const isPlain = /^(identity)?$/i.test(headers['content-encoding'] ?? '');
  const isJson = JSON_TYPE.test(headers['content-type'] ?? '');
  return isPlain && isJson ? body : answers.WRONG_CONTENT_TYPE;
}

const JSON_TYPE = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

async function answerAuthentic(
  id: string,
  body: Buffer,
  surroundings: WebhookSurroundings,
): Promise<Answer> {
  const { store, now, random, log } = surroundings;
  const { claimMs = CLAIM_MS, requestsPerMinute = REQUESTS_PER_MINUTE } = surroundings;
  const instance = [random(), random()].map((part) => Math.floor(part * 2 ** 52)).join('-');
  const replay = openReplay(store, { id, body, instance, claimMs, now });
  try {
    // Before the limit: a captured request that is repeated over and over must not use it up.
    const seen = await replay.look();
    if (seen) return answerSeen(seen);
    const seconds = await takeSlot(store, {
      limit: requestsPerMinute,
      instance,
      now: now(),
      random,
    });
    if (seconds !== undefined) return answers.tooManyRequests(seconds);
    const standing = await replay.claim();
    switch (standing.kind) {
      case 'won':
        return await work(id, body, replay, standing.goodUntil, surroundings);
      case 'held':
        return await waitForAnswer(
          replay,
          standing.goodUntil,
          Math.min(PATIENCE_MS, claimMs / 2),
          surroundings,
        );
      default:
        return answerSeen(standing);
    }
  } catch (error) {
    log.error({ webhookId: id, reason: reasonOf(error) }, 'request cannot be checked');
    return answers.tryAgain(claimMs / 1000);
  }
}

function answerSeen(seen: Seen): Answer {
  return seen.kind === 'answered' ? seen.answer : answers.OTHER_BODY;
}

async function work(
  id: string,
  body: Buffer,
  replay: Replay,
  goodUntil: number,
  { policyIds, accounts, start, now, log }: WebhookSurroundings,
): Promise<Answer> {
  const decoded = decodeBody(body, policyIds, accounts);
  if (!decoded.ok) return replay.record(answers.malformed(decoded.problems));
  // The claim cannot be taken back, so that a repetition is of use only when it is over.
  const secondsLeft = () => (goodUntil - now()) / 1000;
  let answer: Answer;
  try {
    const started = await start(decoded.command, id);
    if (started.kind === 'busy') {
      return answers.tryAgain(Math.max(started.retryAfterSeconds, secondsLeft()));
    }
    answer = answerStarted(started);
  } catch (error) {
    log.error({ webhookId: id, reason: reasonOf(error) }, 'request could not be worked on');
    return answers.tryAgain(secondsLeft());
  }
  try {
    return await replay.record(answer);
  } catch (error) {
    // The run has been started; a repetition would start it again with the same ClientTokens.
    log.error({ webhookId: id, reason: reasonOf(error) }, 'answer not recorded');
    return answer;
  }
}

function answerStarted(started: Exclude<Started, { kind: 'busy' }>): Answer {
  switch (started.kind) {
    case 'accepted':
      return answers.jsonAnswer(202, { runId: started.runId, status: 'accepted' });
    case 'finished': {
      const { runId, outcome } = started;
      return answers.jsonAnswer(200, { runId, status: 'finished', outcome });
    }
    case 'not-found':
      return answers.notFound(started.missing);
    default:
      return started satisfies never;
  }
}

/** Looks for the first answer, with growing pauses, for as long as a sender can be kept waiting. */
async function waitForAnswer(
  replay: Replay,
  goodUntil: number,
  patienceMs: number,
  { sleep, random, now }: WebhookSurroundings,
): Promise<Answer> {
  let waited = 0;
  for (let ceiling = 100; waited < patienceMs; ceiling *= 1.5) {
    const pause = Math.min(ceiling, patienceMs - waited);
    await sleep(pause * (0.5 + random() / 2));
    waited += pause;
    const seen = await replay.look();
    if (seen) return answerSeen(seen);
  }
  return answers.stillWorking((goodUntil - now()) / 1000);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
