import fc from 'fast-check';
import { parseChannels } from './channel';
import type { Content } from './service';
import { readSlack, slackMessage } from './slack';
import { groupOf, hostileNotice, repaired, resultOf, TIME, tell } from './testing/results';

const URL_TEXT = 'https://hooks.slack.com/services/T0/B0/TOKEN';

interface Body {
  readonly text: string;
  readonly blocks: readonly { type: string; text: { type: string; text: string } }[];
}

function send(notice: Content['notice']) {
  const [channel] = parseChannels(`slack=${URL_TEXT}`);
  if (!channel) throw new Error('no channel');
  return slackMessage(channel, { notice, time: TIME, isLast: false });
}

const section = (text: string) => ({
  type: 'section',
  text: { type: 'mrkdwn', text, verbatim: true },
});

test('a message is blocks, with a text for notifications', () => {
  const many = Array.from({ length: 21 }, (_, index) =>
    groupOf(`sg-${index}`, { name: '', heldBack: 'full' }),
  );
  const { url, body } = send(
    tell(resultOf(repaired('sg-a', { name: '<!channel> & *co*' }), ...many), {}, [
      { text: 'Report >', url: 'https://palisade.example/?a=1&b=2' },
    ]),
  );
  expect(url.href).toBe(URL_TEXT);
  const title = 'Palisade: 1 group changed, 21 groups held back';
  const lines = many.slice(0, 20).map((_, index) => `• cn-hangzhou/sg-${index}: full`);
  expect(JSON.parse(body)).toEqual({
    text: title,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: title } },
      section(
        'Run sweep-20270331T060000Z-01234567\nStarted by timer\n22 groups looked at, 22 compliant',
      ),
      section(`*Held back (21)*\n${lines.join('\n')}\n• and 1 more`),
      section(
        '*Changed (1)*\n• cn-hangzhou/sg-a (&lt;!channel&gt; &amp; ＊co＊): 2 changes by no-smtp, was violating, is compliant',
      ),
      section('<https://palisade.example/?a=1&amp;b=2|Report &gt;>'),
    ],
    unfurl_links: false,
    unfurl_media: false,
  });
});

test('no text becomes markup, a link or a mention, and every section is short enough', () => {
  fc.assert(
    fc.property(hostileNotice, (notice) => {
      const { text, blocks } = JSON.parse(send(notice).body) as Body;
      expect(text).toMatch(/^Palisade: [a-z0-9, ]+$/);
      expect(blocks.length).toBeLessThanOrEqual(50);
      for (const block of blocks) {
        expect(block.text.text.length).toBeLessThanOrEqual(block.type === 'header' ? 150 : 3000);
        for (const line of block.text.text.split('\n')) {
          const [, link] = /^<https:\/\/palisade\.example\/[^<>|]*\|(.*)>$/.exec(line) ?? [];
          const [, heading] = /^\*([A-Z][a-z ]+(?: \(\d+\))?)\*$/.exec(line) ?? [];
          expect(link ?? heading ?? line).not.toMatch(/[<>*_~`]|&(?!(amp|lt|gt);)|:\/\//);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test.each([
  [200, 'ok', { ok: true }],
  [200, 'ok\n', { ok: true }],
  [200, '<html>ok TOKEN</html>', { ok: false, tryAgain: false }],
  [200, '', { ok: false, tryAgain: false }],
  [400, 'invalid_payload', { ok: false, tryAgain: false }],
  [404, 'no_service', { ok: false, tryAgain: false }],
  [403, 'constructor', { ok: false, cause: 'it refused the message (HTTP 403)' }],
  [403, 'TOKEN', { ok: false, cause: 'it refused the message (HTTP 403)' }],
  [500, 'rollup_error', { ok: false, tryAgain: true }],
])(
  '%i with %j is read by its one word, and other words are not passed on',
  (status, body, expected) => {
    const reading = readSlack({ status, headers: {}, body });
    expect(reading).toMatchObject(expected);
    expect(JSON.stringify(reading)).not.toContain('TOKEN');
  },
);

test('a webhook that was removed is told with what to do', () => {
  expect(readSlack({ status: 404, headers: {}, body: 'no_service' })).toMatchObject({
    cause: 'the webhook was removed or turned off: make a new one (no_service, HTTP 404)',
  });
});
