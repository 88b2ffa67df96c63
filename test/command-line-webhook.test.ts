import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { runPalisade } from './support';

// Whole processes are started here, which takes its time on a busy machine.
jest.setTimeout(90_000);

const SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
const BODY = '{ "reason": "Grüße" }\n';
const ENVIRONMENT = { PALISADE_WEBHOOK_SECRET: SECRET };

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A folder with a body and a secret, and a server that answers every request with a status. */
async function onStage(
  status: number,
  play: (stage: {
    readonly folder: string;
    readonly url: string;
    readonly received: readonly Received[];
  }) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'palisade-webhook-'));
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    received.push({ headers: request.headers, body: await buffer(request) });
    response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '7' });
    response.end('{"runId":"webhook-1"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await writeFile(join(folder, "it's.json"), BODY);
    await writeFile(join(folder, 'webhook.secret'), `${SECRET}\n`);
    const { port } = server.address() as AddressInfo;
    await play({ folder, url: `http://127.0.0.1:${port}/webhook`, received });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  }
}

function verify({ headers, body }: Received): unknown {
  return new Webhook(SECRET).verify(body, headers as Record<string, string>);
}

describe('sign', () => {
  it.concurrent('prints headers that the reference implementation takes', () =>
    onStage(200, async ({ folder }) => {
      const file = ['webhook', 'sign', '--secret-file', 'webhook.secret', "it's.json"];
      const result = await runPalisade(folder, file);
      expect(result).toMatchObject({ exitCode: 0, stderr: '' });
      const lines = result.stdout.trim().split('\n');
      const headers = Object.fromEntries(lines.map((line) => line.split(': ') as [string, string]));
      expect(Object.keys(headers)).toEqual([
        'webhook-id',
        'webhook-timestamp',
        'webhook-signature',
      ]);
      expect(verify({ headers, body: Buffer.from(BODY) })).toEqual({ reason: 'Grüße' });
      expect(result.stdout).not.toContain(SECRET.slice(6));
    }));

  it.concurrent('signs the same again with the same id and time', () =>
    onStage(200, async ({ folder }) => {
      const sign = () =>
        runPalisade(
          folder,
          ['webhook', 'sign', '--id', 'a', '--timestamp', '1800000000', '--json', "it's.json"],
          ENVIRONMENT,
        );
      const [one, other] = await Promise.all([sign(), sign()]);
      expect(one.stdout).toBe(other.stdout);
      expect(JSON.parse(one.stdout)).toMatchObject({
        headers: { 'webhook-id': 'a', 'webhook-timestamp': '1800000000' },
      });
    }));

  it.concurrent('prints a curl command that sends exactly what was signed', () =>
    onStage(200, async ({ folder, url, received }) => {
      const parameters = ['webhook', 'sign', '--curl', url, "it's.json"];
      const { stdout } = await runPalisade(folder, parameters, ENVIRONMENT);
      expect(stdout).not.toContain(SECRET.slice(6));
      // What curl would be given, by a shell, without needing curl.
      const shell = `curl() { printf '%s\\0' "$@"; }; ${stdout}`;
      const { stdout: given } = await promisify(execFile)('sh', ['-c', shell]);
      const words = given.split('\0');
      const headers = words
        .filter((_word, index) => words[index - 1] === '-H')
        .map((header) => header.split(': ') as [string, string]);
      expect(words.slice(words.indexOf('--data-binary'))).toEqual([
        '--data-binary',
        "@it's.json",
        url,
        '',
      ]);
      await fetch(url, { method: 'POST', headers, body: BODY });
      expect(received.map(verify)).toEqual([{ reason: 'Grüße' }]);
      expect(received[0]?.headers['content-type']).toBe('application/json');
    }));

  it.concurrent.each([
    [['--secret-file', 'gone', "it's.json"], 'the secret gone cannot be read'],
    [
      ['--secret-file', "it's.json", "it's.json"],
      'webhook secret 1 of 4 does not begin with whsec_',
    ],
    [["it's.json"], 'name its file with --secret-file, or set PALISADE_WEBHOOK_SECRET'],
    [['--secret-file', 'webhook.secret', 'gone.json'], 'the body gone.json cannot be read'],
    [['--secret-file', 'webhook.secret', '--id', 'a.b', "it's.json"], '"a.b" is not a webhook id'],
    [['--secret-file', 'webhook.secret', '--curl', 'x', "it's.json"], '--curl is not an address'],
    [['--secret-file', 'webhook.secret', '--timestamp', 'now', "it's.json"], 'Write whole seconds'],
  ])('%j: %s', (parameters, problem) =>
    onStage(200, async ({ folder }) => {
      const result = await runPalisade(folder, ['webhook', 'sign', ...parameters]);
      expect(result).toMatchObject({ exitCode: 1, stdout: '' });
      expect(result.stderr).toContain(problem);
      expect(result.stderr).not.toContain('Grüße');
    }),
  );
});

describe('send', () => {
  it.concurrent('sends a file as it is and prints the answer', () =>
    onStage(202, async ({ folder, url, received }) => {
      const result = await runPalisade(
        folder,
        ['webhook', 'send', '--url', url, '--id', 'msg_7', "it's.json"],
        ENVIRONMENT,
      );
      expect(result).toMatchObject({ exitCode: 0, stderr: '' });
      expect(result.stdout).toContain('202 Accepted  (msg_7');
      expect(result.stdout).toContain('{"runId":"webhook-1"}');
      expect(received.map(verify)).toEqual([{ reason: 'Grüße' }]);
    }));

  it.concurrent('makes a body from its options', () =>
    onStage(200, async ({ folder, url, received }) => {
      const parameters =
        'webhook send --json --region cn-hangzhou --group sg-1 --group sg-2 --policy p --mode enforce --reason why --requester me --wait';
      const { exitCode, stdout } = await runPalisade(
        folder,
        [...parameters.split(' '), '--url', url],
        ENVIRONMENT,
      );
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        id: expect.stringMatching(/^msg_/),
        status: 200,
        headers: { 'retry-after': '7' },
        body: { runId: 'webhook-1' },
      });
      expect(received.map(verify)).toEqual([
        {
          targets: [{ region: 'cn-hangzhou', groups: ['sg-1', 'sg-2'] }],
          policies: ['p'],
          mode: 'enforce',
          reason: 'why',
          requester: 'me',
          wait: true,
        },
      ]);
    }));

  it.concurrent('takes regions without groups for every group in them', () =>
    onStage(200, async ({ folder, url, received }) => {
      const parameters = ['webhook', 'send', '--url', url, '--region', 'cn-*', '--region', 'eu-*'];
      await runPalisade(folder, parameters, ENVIRONMENT);
      expect(received.map(verify)).toEqual([{ filter: { regions: ['cn-*', 'eu-*'] } }]);
    }));

  it.concurrent('ends with 1 when the answer is no 2xx, and says how to repeat it', () =>
    onStage(429, async ({ folder, url }) => {
      const parameters = ['webhook', 'send', '--url', url, '--id', 'a', "it's.json"];
      const { exitCode, stdout } = await runPalisade(folder, parameters, ENVIRONMENT);
      expect(exitCode).toBe(1);
      expect(stdout).toContain('429 Too Many Requests  (a, send it again after 7 s with --id a)');
    }));

  it.concurrent.each([
    [['--url', 'ftp://x', "it's.json"], '--url is not an address'],
    [['--url', 'https://user:word@x/', "it's.json"], '--url is not an address'],
    [['--url', 'http://x'], 'there is nothing to send: name a file, or --region and --group'],
    [['--url', 'http://x', '--group', 'sg-1'], '--group needs the one --region'],
    [['--url', 'http://x', '--wait', "it's.json"], '--wait is for a request without a file'],
    [
      ['--url', 'http://127.0.0.1:9/?key=word', "it's.json"],
      'could not be sent to http://127.0.0.1:9:',
    ],
  ])('%j: %s', (parameters, problem) =>
    onStage(200, async ({ folder, received }) => {
      const result = await runPalisade(folder, ['webhook', 'send', ...parameters], ENVIRONMENT);
      expect(result).toMatchObject({ exitCode: 1, stdout: '' });
      expect(result.stderr).toContain(problem);
      expect(result.stderr).not.toContain('word');
      expect(received).toEqual([]);
    }),
  );
});
