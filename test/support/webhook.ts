import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import type { Deployment } from './deployment';

/** A secret to deploy the webhook with, made of 32 times the same byte. */
export function webhookSecret(byte = 7): string {
  return `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
}

/** What the webhook is asked; what is left out is as a well-behaved sender would have it. */
export interface WebhookRequest {
  /** Sent as JSON, unless it is text or bytes already. */
  readonly body?: object | string | Buffer;
  readonly id?: string;
  readonly secret?: string;
  /** Seconds since 1970. */
  readonly timestamp?: number;
  /** These replace what the signature says; `undefined` leaves a header out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly method?: string;
  /** After the address of the trigger, which ends with a slash. */
  readonly path?: string;
}

/** What came back. */
export interface WebhookAnswer {
  readonly status: number;
  readonly text: string;
  /** By lower-case names, without those that Function Compute and HTTP add. */
  readonly headers: Readonly<Record<string, string>>;
}

const ADDED = /^(x-fc-.*|content-disposition|content-length|connection|keep-alive|date)$/;

/**
 * Signs a request with the reference implementation of Standard Webhooks, and sends it. Text is signed as
 * UTF-8; of bytes that are no UTF-8 the implementation takes only what decoding leaves of them.
 */
export function sendWebhook(
  { webhookUrl }: Pick<Deployment, 'webhookUrl'>,
  given: WebhookRequest = {},
): Promise<WebhookAnswer> {
  const { body = {}, id = `msg_${randomUUID()}`, secret = webhookSecret() } = given;
  const { timestamp = Math.floor(Date.now() / 1000) } = given;
  const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
  const payload = isRaw ? body : JSON.stringify(body);
  const headers = {
    'content-type': 'application/json',
    // Node leaves it out for methods that seldom have a body.
    'content-length': String(Buffer.byteLength(payload)),
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': new Webhook(secret).sign(id, new Date(timestamp * 1000), String(payload)),
    ...given.headers,
  };
  return new Promise((resolve, reject) => {
    const sent = request(webhookUrl, {
      method: given.method ?? 'POST',
      // Not a part of the URL, where it would be normalized.
      path: `${new URL(webhookUrl).pathname}${given.path ?? ''}`,
      headers: Object.fromEntries(
        Object.entries(headers).filter(
          (entry): entry is [string, string] => entry[1] !== undefined,
        ),
      ),
      agent: false,
    });
    sent.on('error', reject);
    sent.on('response', async (response) => {
      const entries = Object.entries(response.headers).filter(([name]) => !ADDED.test(name));
      resolve({
        status: response.statusCode ?? 0,
        text: (await buffer(response)).toString('utf8'),
        headers: Object.fromEntries(entries.map(([name, value]) => [name, String(value)])),
      });
    });
    sent.end(payload);
  });
}

/** A body that asks for the repair of some groups in cn-hangzhou. */
export function repairOf(groups: readonly string[], rest: object = {}): object {
  return {
    targets: [{ region: 'cn-hangzhou', groups }],
    mode: 'enforce',
    reason: 'INC-4711: it sends spam',
    requester: 'soar/playbook-12',
    ...rest,
  };
}

/** What a 200 says about the run. */
export interface FinishedAnswer {
  readonly runId: string;
  readonly status: 'finished';
  readonly outcome: {
    readonly dryRun?: true;
    readonly unfinished?: true;
    readonly heldBack: readonly string[];
    readonly totals: Readonly<Record<string, number>>;
    readonly groups: readonly {
      readonly region: string;
      readonly group: string;
      readonly verdictBefore: string;
      readonly verdict: string;
      readonly changes: number;
      readonly heldBack?: string;
    }[];
  };
}

/** Reads an answer of 200. Throws an Error that shows any other. */
export function finished({ status, text }: WebhookAnswer): FinishedAnswer {
  if (status !== 200) throw new Error(`the answer is ${status}: ${text}`);
  return JSON.parse(text) as FinishedAnswer;
}

/** The records of a run: its intents and its outcomes, in the order of their keys. */
export async function recordsOf(
  deployment: Deployment,
  runId: string,
  step: 'intent' | 'outcome',
): Promise<Readonly<Record<string, unknown>>[]> {
  return [...(await deployment.records())]
    .filter(([key]) => key.startsWith(`runs/${runId}/`) && key.endsWith(`.${step}.json`))
    .map(([, content]) => JSON.parse(content) as Record<string, unknown>);
}
