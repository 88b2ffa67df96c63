import type { RecordStore } from '../../evidence';
import type { Answer } from './http';
import { digestOf } from './run-id';

/** What is known of a request that came before. */
export type Seen =
  | { readonly kind: 'answered'; readonly answer: Answer }
  /** The id belongs to a request with another body. */
  | { readonly kind: 'other-body' };

/** Where a request stands that may have come before. */
export type Standing =
  | Seen
  /** This instance is to work on it, and is expected to be done by a time in milliseconds since 1970. */
  | { readonly kind: 'won'; readonly goodUntil: number }
  /** Another instance works on it, or has died less than a claim's time ago. */
  | { readonly kind: 'held'; readonly goodUntil: number };

/** A request as the store that all instances share knows it. All of it rejects when that cannot be used. */
export interface Replay {
  /** The first answer, if there is one by now. */
  look(): Promise<Seen | undefined>;
  /** Asks to work on the request. Of all that ask, one wins; the next may when its claim is over. */
  claim(): Promise<Standing>;
  /** Records an answer and gives the one that counts, which is the first. */
  record(answer: Answer): Promise<Answer>;
}

interface ClaimRecord {
  /** Makes the record unlike that of any other instance. */
  readonly instance: string;
  /** SHA-256 of the body. */
  readonly body: string;
  readonly goodUntil: number;
}

interface AnswerRecord {
  readonly body: string;
  readonly answer: Answer;
}

/** Finds a request by its id. `instance` is unlike that of any other; `claimMs` outlasts the work. */
export function openReplay(
  store: RecordStore,
  {
    id,
    body,
    instance,
    claimMs,
    now,
  }: {
    readonly id: string;
    readonly body: Uint8Array;
    readonly instance: string;
    readonly claimMs: number;
    readonly now: () => number;
  },
): Replay {
  const folder = `webhooks/${digestOf(id)}`;
  const digest = digestOf(body);

  async function look(): Promise<Seen | undefined> {
    const record = await read<AnswerRecord>(`${folder}/answer.json`);
    if (!record) return undefined;
    if (record.body !== digest) return { kind: 'other-body' };
    return { kind: 'answered', answer: record.answer };
  }

  async function claim(number: number): Promise<Standing> {
    const goodUntil = now() + claimMs;
    const record: ClaimRecord = { instance, body: digest, goodUntil };
    if (await store.putIfAbsent(`${folder}/claim.${number}.json`, JSON.stringify(record))) {
      // Whoever held the claim before may have been slow and not dead.
      return (number > 1 ? await look() : undefined) ?? { kind: 'won', goodUntil };
    }
    const latest = await latestClaim();
    if (latest.body !== digest) return { kind: 'other-body' };
    if (now() < latest.goodUntil) return { kind: 'held', goodUntil: latest.goodUntil };
    return claim(latest.number + 1);
  }

  async function latestClaim(): Promise<ClaimRecord & { readonly number: number }> {
    const keys = await store.list(`${folder}/claim.`);
    const number = Math.max(...keys.map((key) => Number(key.split('.').at(-2))));
    const record = await read<ClaimRecord>(`${folder}/claim.${number}.json`);
    if (!record) throw new Error(`the claims in ${folder} cannot be listed although one is there`);
    return { ...record, number };
  }

  async function read<Content>(key: string): Promise<Content | undefined> {
    const text = await store.get(key);
    return text === undefined ? undefined : (JSON.parse(text) as Content);
  }

  return {
    look,
    claim: () => claim(1),
    async record(answer) {
      const record: AnswerRecord = { body: digest, answer };
      if (await store.putIfAbsent(`${folder}/answer.json`, JSON.stringify(record))) return answer;
      const first = await look();
      return first?.kind === 'answered' ? first.answer : answer;
    },
  };
}
