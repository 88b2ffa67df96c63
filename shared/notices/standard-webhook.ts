import { signWebhook } from '../triggers/webhook';
import type { Channel } from './channel';
import { shortenToFit } from './layout';
import type { Notice } from './notice';
import { type Content, type Reading, readStatus, refused } from './service';
import type { Answer, Message } from './transport';

/** Payloads should be smaller than 20 KB (Standard Webhooks 1.0.0, "Payload size"). */
const MOST_BYTES = 20_000;

/**
 * A signed webhook for any receiver: type, time and data in JSON, signed with `v1` (Standard Webhooks 1.0.0).
 * The id is the same on every attempt and for every instance, so that a receiver can tell a repetition.
 */
export function standardWebhookMessage(
  { url, secret }: Extract<Channel, { kind: 'webhook' }>,
  { notice, time }: Content,
  now: number,
): Message {
  const timestamp = new Date(time).toISOString();
  const body = shortenToFit(
    notice,
    ({ digest: _digest, ...data }) =>
      JSON.stringify({ type: 'palisade.run.notice', timestamp, data }),
    (built) => Buffer.byteLength(built) < MOST_BYTES,
  );
  const signature = signWebhook({
    id: idOf(notice),
    timestamp: Math.floor(now / 1000),
    body: Buffer.from(body),
    secret,
  });
  return { url, headers: { ...signature }, body };
}

function idOf({ runId, part, digest }: Notice): string {
  return `${runId}:${part}:${digest}`.replace(/[^A-Za-z0-9_:-]/g, '_').slice(-128);
}

/** Any status of success will do; 410 asks to be left alone. */
export function readStandardWebhook(answer: Answer): Reading {
  const byStatus = readStatus(answer);
  if (byStatus) return byStatus;
  const { status } = answer;
  if (status >= 200 && status < 300) return { ok: true };
  if (status === 410) return refused('it wants no more notices (HTTP 410): remove the channel');
  return refused(`it refused the notice (HTTP ${status})`);
}
