import type { Channel } from './channel';
import { layoutOf, shortenToFit } from './layout';
import { type Causes, type Content, type Reading, readStatus, refused } from './service';
import { withoutMeaning } from './text';
import type { Answer, Message } from './transport';

/** Of a section's text; counted after escaping ("Section block" page). */
const LONGEST_SECTION = 3_000;

/**
 * A message for an incoming webhook: blocks, and `text` for notifications ("Sending messages using incoming
 * webhooks" page). `verbatim` keeps Slack from making links and mentions of what only looks like them
 * ("Text object" page).
 */
export function slackMessage(channel: Channel, { notice, isLast }: Content): Message {
  const { title, blocks } = shortenToFit(
    notice,
    (shortened) => {
      const { title, facts, sections, links } = layoutOf(shortened, isLast);
      const texts = [
        facts.map(escaped).join('\n'),
        ...sections.map(
          ({ heading, lines }) =>
            `*${heading}*\n${lines.map((line) => `• ${escaped(line)}`).join('\n')}`,
        ),
        ...links.map(({ text, url }) => `<${url.replaceAll('&', '&amp;')}|${escaped(text)}>`),
      ];
      return {
        title,
        blocks: texts.map((text) => ({
          type: 'section',
          text: { type: 'mrkdwn', text, verbatim: true },
        })),
      };
    },
    (built) => built.blocks.every(({ text }) => text.text.length <= LONGEST_SECTION),
  );
  const header = { type: 'header', text: { type: 'plain_text', text: title } };
  const body = {
    text: title,
    blocks: [header, ...blocks],
    unfurl_links: false,
    unfurl_media: false,
  };
  return { url: channel.url, headers: {}, body: JSON.stringify(body) };
}

/** The three characters of control have entities ("Formatting message text" page), the others have none. */
function escaped(text: string): string {
  return withoutMeaning(text, '*_~`')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

const CAUSES: Causes = {
  invalid_payload: 'the message does not have its form',
  invalid_token: 'the webhook is not valid any more: make a new one',
  no_service: 'the webhook was removed or turned off: make a new one',
  no_team: 'the workspace is gone: make a webhook in another one',
  channel_not_found: 'its channel is gone: make a webhook for another one',
  channel_is_archived: 'its channel is archived: make a webhook for another one',
  action_prohibited: 'the workspace does not let it post: ask its administrator',
  posting_to_general_channel_denied: 'it may not post to the general channel: choose another one',
};

/** Success is the word `ok`; otherwise the body is one word that says why. */
export function readSlack(answer: Answer): Reading {
  const byStatus = readStatus(answer);
  if (byStatus) return byStatus;
  const { status, body } = answer;
  const word = body.trim();
  if (status === 200 && word === 'ok') return { ok: true };
  const known = Object.entries(CAUSES).find(([code]) => code === word);
  if (!known) return refused(`it refused the message (HTTP ${status})`);
  return refused(`${known[1]} (${word}, HTTP ${status})`);
}
