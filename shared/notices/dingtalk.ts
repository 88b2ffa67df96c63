import { createHmac } from 'node:crypto';
import type { Channel } from './channel';
import { layoutOf, shortenToFit } from './layout';
import { type Causes, type Content, codeIn, type Reading, readStatus, refused } from './service';
import { withoutMeaning } from './text';
import type { Answer, Message } from './transport';

/** "message too long, exceed 20000 bytes" (code 460101, page of custom robot error codes). */
const MOST_BYTES = 20_000;
/** What Markdown, or a client that takes HTML, could make something of; it knows no escapes. */
const MEANINGFUL = '\\`*_{}[]()#+!<>|~@&$';

/**
 * A Markdown message for a custom robot, with `timestamp` in milliseconds and `sign` in the query where the
 * robot asks for signatures (pages "Custom robot access", "Robot message types" and "Robot security
 * settings"). Nobody is mentioned. It holds the word Palisade, for robots that ask for a keyword.
 */
export function dingtalkMessage(
  channel: Extract<Channel, { kind: 'dingtalk' | 'feishu' }>,
  { notice, isLast }: Content,
  now: number,
): Message {
  const url = new URL(channel.url);
  if (channel.secret !== undefined) {
    const digest = createHmac('sha256', channel.secret)
      .update(`${now}\n${channel.secret}`)
      .digest('base64');
    url.searchParams.set('timestamp', String(now));
    url.searchParams.set('sign', digest);
  }
  const body = shortenToFit(
    notice,
    (shortened) => {
      const { title, facts, sections, links } = layoutOf(shortened, isLast);
      const blocks = [
        `### ${title}`,
        list(facts),
        ...sections.flatMap(({ heading, lines }) => [`#### ${heading}`, list(lines)]),
        ...links.map(({ text, url }) => `[${escaped(text)}](${url})`),
      ];
      return JSON.stringify({
        msgtype: 'markdown',
        markdown: { title, text: blocks.join('\n\n') },
        at: { isAtAll: false },
      });
    },
    (built) => Buffer.byteLength(built) <= MOST_BYTES,
  );
  return { url, headers: {}, body };
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${escaped(line)}`).join('\n');
}

function escaped(text: string): string {
  return withoutMeaning(text, MEANINGFUL);
}

const CAUSES: Causes = {
  310000:
    'the security settings of the robot refuse it: check its secret, allow this address, or make Palisade its keyword',
  130101: 'it takes 20 messages a minute, and then none for ten minutes',
  410100: 'it takes 20 messages a minute, and then none for ten minutes',
  460101: 'the message is too long for it',
  400101: 'the access token is not there: copy the webhook address again',
  400102: 'the robot is stopped: start it in the settings of the chat',
  40035: 'the message does not have its form',
  300001: 'the access token is not valid: copy the webhook address again',
};

/** Success is `errcode` 0; -1 is a busy system ("Global error codes" page), which may be tried again. */
export function readDingtalk(answer: Answer): Reading {
  const byStatus = readStatus(answer);
  if (byStatus) return byStatus;
  const code = codeIn(answer.body, 'errcode');
  if (code === 0) return { ok: true };
  if (code === undefined) return refused(`HTTP ${answer.status} without an errcode`);
  if (code === -1) return { ok: false, cause: 'it is busy (errcode -1)', tryAgain: true };
  return refused(`${CAUSES[code] ?? 'it refused the message'} (errcode ${code})`);
}
