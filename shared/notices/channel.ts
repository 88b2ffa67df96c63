import { parseSecrets } from '../triggers/webhook';

interface ChannelBase {
  /** Kind and position in the setting, such as `slack-2`: for logs and records. */
  readonly name: string;
  /** Whoever has it can post: of this only the host may be shown. */
  readonly url: URL;
}

/** Where notices go, and what they are signed with. */
export type Channel =
  | (ChannelBase & { readonly kind: 'dingtalk' | 'feishu'; readonly secret?: string })
  | (ChannelBase & { readonly kind: 'slack' })
  | (ChannelBase & { readonly kind: 'webhook'; readonly secret: string });

const KINDS = ['dingtalk', 'feishu', 'slack', 'webhook'] as const;
const FORM = `write KIND=URL or KIND=URL#SECRET, with a KIND of ${KINDS.join(', ')}`;

/**
 * Reads channels such as `slack=https://… dingtalk=https://…#SEC…`, divided by white space: the kind, the URL
 * that the service gave, and after `#` the secret that messages are signed with. A `webhook` must have one
 * (`whsec_…`), `dingtalk` and `feishu` may, `slack` has none. Throws an Error that says which channel is
 * wrong, and shows no more of it than its kind and host.
 */
export function parseChannels(text: string): readonly Channel[] {
  const entries = text.split(/\s+/).filter((entry) => entry !== '');
  return entries.map((entry, index) =>
    parseChannel(entry, index + 1, `channel ${index + 1} of ${entries.length}`),
  );
}

function parseChannel(entry: string, position: number, which: string): Channel {
  const [, word, address = '', secret] = /^([a-z]+)=([^#]*)(?:#(.*))?$/s.exec(entry) ?? [];
  const kind = KINDS.find((each) => each === word);
  if (!kind) throw new Error(`${which} has no known kind: ${FORM}`);
  if (/,$|,(dingtalk|feishu|slack|webhook)=/.test(entry)) {
    throw new Error(`${which} (${kind}) has a comma behind it: divide channels by spaces`);
  }
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url?.hostname) throw new Error(`${which} (${kind}) has no URL: ${FORM}`);
  const subject = `${which} (${kind}, ${url.host})`;
  if (secret === '')
    throw new Error(`${subject} has an empty secret: write it, or leave the # out`);
  const problem = problemOfUrl(kind, url);
  if (problem !== undefined) throw new Error(`${subject} ${problem}`);

  const base = { name: `${kind}-${position}`, url };
  switch (kind) {
    case 'dingtalk':
    case 'feishu':
      return { ...base, kind, ...(secret === undefined ? {} : { secret }) };
    case 'slack':
      if (secret === undefined) return { ...base, kind };
      throw new Error(`${subject} has a secret, which Slack has no use for: leave # and it out`);
    case 'webhook':
      return { ...base, kind, secret: signingSecret(subject, secret) };
    default:
      return kind satisfies never;
  }
}

function problemOfUrl(kind: Channel['kind'], url: URL): string | undefined {
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)) {
    return 'is not reached by https: write an https URL';
  }
  if (url.username !== '' || url.password !== '') {
    return 'has a user name or password in its URL: leave them out';
  }
  if (kind === 'dingtalk' && !url.searchParams.get('access_token')) {
    return 'has no access_token in its URL: copy the whole webhook address of the custom robot';
  }
  // The first version of these webhooks takes another body.
  if (kind === 'feishu' && !/\/bot\/v2\/hook\/[^/]+$/.test(url.pathname)) {
    return 'is not the webhook of a custom bot: its path ends in /bot/v2/hook/ and a token';
  }
  return undefined;
}

function signingSecret(subject: string, secret: string | undefined): string {
  try {
    return parseSecrets(secret ?? '')[0];
  } catch (error) {
    throw new Error(`${subject}: ${(error as Error).message}, behind # at the end of its URL`);
  }
}
