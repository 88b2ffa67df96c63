import { createHmac } from 'node:crypto';
import type { Channel } from './channel';
import { type Layout, layoutOf, shortenToFit } from './layout';
import { type Causes, type Content, codeIn, type Reading, readStatus, refused } from './service';
import { withoutMeaning } from './text';
import type { Answer, Message } from './transport';

/** A request may hold 20 KB ("Custom bot usage guide" page). */
const MOST_BYTES = 20_000;
const COLORS = { failed: 'red', 'held back': 'orange', changed: 'green' } as const;

/**
 * A card for a custom bot, of Feishu or Lark, with `timestamp` in seconds and `sign` in the body where the
 * bot asks for signatures ("Custom bot usage guide" page). Other people's words are `plain_text`, in which
 * no markup has a meaning ("Text" page of message cards). It holds the word Palisade, for bots that ask for
 * a keyword.
 */
export function feishuMessage(
  channel: Extract<Channel, { kind: 'dingtalk' | 'feishu' }>,
  { notice, isLast }: Content,
  now: number,
): Message {
  const signature = channel.secret === undefined ? {} : signatureOf(channel.secret, now);
  const body = shortenToFit(
    notice,
    (shortened) =>
      JSON.stringify({
        ...signature,
        msg_type: 'interactive',
        card: cardOf(layoutOf(shortened, isLast)),
      }),
    (built) => Buffer.byteLength(built) <= MOST_BYTES,
  );
  return { url: channel.url, headers: {}, body };
}

/** Timestamp and secret are the key, and what is signed is empty: so the page has it. */
function signatureOf(secret: string, now: number) {
  const timestamp = String(Math.floor(now / 1000));
  const sign = createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64');
  return { timestamp, sign };
}

function cardOf({ title, tone, facts, sections, links }: Layout) {
  return {
    header: { template: COLORS[tone], title: plain(title) },
    elements: [
      { tag: 'div', text: plain(facts.join('\n')) },
      ...sections.flatMap(({ heading, lines }) => [
        { tag: 'div', text: { tag: 'lark_md', content: `**${heading}**` } },
        { tag: 'div', text: plain(lines.join('\n')) },
      ]),
      ...(links.length === 0
        ? []
        : [
            {
              tag: 'action',
              actions: links.map(({ text, url }) => ({
                tag: 'button',
                text: plain(text),
                type: 'default',
                url,
              })),
            },
          ]),
    ],
  };
}

/** Should a client read tags in plain text after all, it finds none that mentions anybody. */
function plain(content: string) {
  return { tag: 'plain_text', content: withoutMeaning(content, '<>@') };
}

const CAUSES: Causes = {
  9499: 'the message does not have its form',
  19001: 'the token in the URL is not valid: copy the webhook address again',
  19021: 'the signature does not fit: check the secret, and the clock of this machine',
  19022: 'its allowlist does not hold this address: add it, or use a secret instead',
  19024: 'its keyword is not in the message: make it Palisade',
};

/** Success is `code` 0, which older answers call `StatusCode`; 11232 is a limit that passes soon. */
export function readFeishu(answer: Answer): Reading {
  const byStatus = readStatus(answer);
  if (byStatus) return byStatus;
  const code = codeIn(answer.body, 'code', 'StatusCode');
  if (code === 0) return { ok: true };
  if (code === undefined) return refused(`HTTP ${answer.status} without a code`);
  if (code === 11232) {
    return { ok: false, cause: 'it takes no more messages for now (code 11232)', tryAgain: true };
  }
  return refused(`${CAUSES[code] ?? 'it refused the message'} (code ${code})`);
}
