import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { parseSecrets, type SignatureHeaders, signWebhook } from '../../shared/triggers';
import { readTrouble } from '../file-trouble';
import { EXIT_CODES } from './exit-code';

const SECRET_VARIABLE = 'PALISADE_WEBHOOK_SECRET';
const CONTENT_TYPE = 'application/json';
/** Longer than a function takes that is asked to wait. */
const TIMEOUT_MS = 120_000;

/** Options of `sign` and `send`. */
interface SignatureOptions {
  readonly secretFile?: string;
  readonly id?: string;
  /** Seconds since 1970. */
  readonly timestamp?: number;
  readonly json: boolean;
}

/** Options of `sign`. */
export interface SignOptions extends SignatureOptions {
  readonly curl?: string;
}

/** Prints the headers for a body, or a command that sends it. Gives the exit code. */
export async function signFile(file: string, options: SignOptions): Promise<number> {
  const { curl, json } = options;
  if (curl !== undefined && file === '-') {
    throw new Error('--curl names the file of the body in its command: give a file instead of -');
  }
  const url = curl === undefined ? undefined : parseUrl('--curl', curl);
  const headers = await sign(await readBody(file), options);
  const command = url && curlCommand(url, headers, file);
  if (json) console.log(JSON.stringify({ headers, ...(command ? { curl: command } : {}) }));
  else if (command) console.log(command);
  else for (const [name, value] of Object.entries(headers)) console.log(`${name}: ${value}`);
  return EXIT_CODES.compliant;
}

/** Options of `send`. */
export interface SendOptions extends SignatureOptions {
  readonly url: string;
  readonly region: readonly string[];
  readonly group: readonly string[];
  readonly policy: readonly string[];
  readonly mode?: string;
  readonly reason?: string;
  readonly requester?: string;
  readonly wait?: boolean;
}

/** Signs and sends a request, and prints the answer. Gives the exit code: 0 for a status of 2xx. */
export async function send(file: string | undefined, options: SendOptions): Promise<number> {
  const url = parseUrl('--url', options.url);
  if (file !== undefined) refuseBodyOptions(options);
  const body = file === undefined ? bodyOf(options) : await readBody(file);
  const headers = await sign(body, options);
  const { response, text } = await post(url, headers, body);
  const { status } = response;
  const id = headers['webhook-id'];
  if (options.json) {
    const answerHeaders = Object.fromEntries(response.headers);
    console.log(JSON.stringify({ id, status, headers: answerHeaders, body: jsonOr(text) }));
  } else {
    const retryAfter = response.headers.get('retry-after');
    const later =
      retryAfter === null ? '' : `, send it again after ${retryAfter} s with --id ${id}`;
    console.log(`${status} ${response.statusText}  (${id}${later})`);
    if (text !== '') console.log(text);
  }
  return response.ok ? EXIT_CODES.compliant : EXIT_CODES.error;
}

async function post(url: URL, headers: SignatureHeaders, body: Buffer) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': CONTENT_TYPE, ...headers },
      body,
      // The signature is for this address alone.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { response, text: await response.text() };
  } catch (error) {
    const { message, cause } = error as Error;
    const reason = cause instanceof Error ? cause.message : message;
    throw new Error(`the request could not be sent to ${url.origin}: ${reason}`);
  }
}

async function sign(body: Buffer, options: SignatureOptions): Promise<SignatureHeaders> {
  const [secret] = parseSecrets(await readSecrets(options.secretFile));
  return signWebhook({
    id: options.id ?? `msg_${randomUUID()}`,
    timestamp: options.timestamp ?? Math.floor(Date.now() / 1000),
    body,
    secret,
  });
}

async function readSecrets(file: string | undefined): Promise<string> {
  if (file !== undefined) return (await readNamed('secret', file)).toString('utf8');
  const text = process.env[SECRET_VARIABLE];
  if (text !== undefined) return text;
  throw new Error(
    `there is no secret: name its file with --secret-file, or set ${SECRET_VARIABLE}`,
  );
}

function readBody(file: string): Promise<Buffer> {
  return file === '-' ? buffer(process.stdin) : readNamed('body', file);
}

async function readNamed(what: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new Error(`the ${what} ${file} cannot be read: ${readTrouble(error)}`);
  }
}

/** A body made from the options; the function says what is wrong with it. */
function bodyOf({ region, group, policy, mode, reason, requester, wait }: SendOptions): Buffer {
  if (group.length > 0 && region.length !== 1) {
    throw new Error('--group needs the one --region of the groups; for several, write a file');
  }
  if (region.length === 0) {
    throw new Error('there is nothing to send: name a file, or --region and --group');
  }
  const selection =
    group.length > 0
      ? { targets: [{ region: region[0], groups: group }] }
      : { filter: { regions: region } };
  const policies = policy.length > 0 ? policy : undefined;
  return Buffer.from(JSON.stringify({ ...selection, policies, mode, reason, requester, wait }));
}

function refuseBodyOptions(options: SendOptions): void {
  const { region, group, policy, mode, reason, requester, wait } = options;
  const given = { region, group, policy, mode, reason, requester, wait };
  const [name] = Object.entries(given).find(([, value]) => value?.toString()) ?? [];
  if (name !== undefined) {
    throw new Error(`--${name} is for a request without a file: write it into the file`);
  }
}

function curlCommand(url: URL, headers: SignatureHeaders, file: string): string {
  const lines = Object.entries({ 'content-type': CONTENT_TYPE, ...headers }).map(
    ([name, value]) => `-H ${quote(`${name}: ${value}`)}`,
  );
  // --data-binary: the signature is over the exact bytes, line ends included.
  return ['curl', ...lines, `--data-binary ${quote(`@${file}`)}`, quote(url.href)].join(' \\\n  ');
}

/** A word of a shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function parseUrl(option: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '')
    return url;
  throw new Error(`${option} is not an address: write it like https://example.com/webhook`);
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
