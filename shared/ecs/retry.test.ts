import { type AddressInfo, createServer } from 'node:net';
import { parseRegionId, parseSecurityGroupId } from '../security-group';
import {
  authorizeCalls,
  type CallReport,
  createEcsClient,
  type EcsClientOptions,
  type EcsError,
  type WriteCall,
} from '.';
import {
  answer,
  badGateway,
  breakOff,
  hang,
  neverEnd,
  refuse,
  reset,
  type Step,
  startScriptedServer,
} from './scripted-server';

const regionId = parseRegionId('cn-hangzhou');
const [write] = authorizeCalls('egress', regionId, parseSecurityGroupId('sg-1'), [
  { Policy: 'drop', Priority: '1', IpProtocol: 'TCP', PortRange: '25/25', DestCidrIp: '0.0.0.0/0' },
]) as [WriteCall];
const regions = answer({ RequestId: 'REQ-9', Regions: { Region: [{ RegionId: 'cn-hangzhou' }] } });
const accepted = answer({ RequestId: 'REQ-9' });

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** A client of a scripted server, on a clock that only its sleeps move. */
async function start(steps: readonly [Step, ...Step[]], options: Partial<EcsClientOptions> = {}) {
  const server = await startScriptedServer(...steps);
  closing.push(server.close);
  const sleeps: number[] = [];
  const reports: CallReport[] = [];
  let time = 1_000_000;
  const client = createEcsClient({
    regionId,
    endpoint: server.endpoint,
    credentials: async () => ({ accessKeyId: 'key', accessKeySecret: 'secret' }),
    now: () => time,
    random: () => 0.5,
    sleep: async (milliseconds) => {
      sleeps.push(milliseconds);
      time += milliseconds;
    },
    onCall: (report) => reports.push(report),
    ...options,
  });
  return { client, requests: server.requests, sleeps, reports };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

async function failure(promise: Promise<unknown>): Promise<EcsError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error) || error.name !== 'EcsError') throw error ?? new Error('no error');
  return error as EcsError;
}

describe('a throttled call', () => {
  it('is sent again with the same ClientToken and parameters, and a new nonce', async () => {
    const { client, requests } = await start([
      refuse(400, 'Throttling.User'),
      refuse(429, 'Throttling'),
      accepted,
    ]);

    const receipt = await client.execute(write, 'token-1');

    expect(receipt).toEqual({ requestId: 'REQ-9', attempts: 3 });
    expect(requests.map(({ query }) => query.ClientToken)).toEqual(Array(3).fill('token-1'));
    expect(new Set(requests.map(({ target }) => target)).size).toBe(1);
    const nonces = requests.map(({ headers }) => headers['x-acs-signature-nonce']);
    expect(new Set(nonces).size).toBe(3);
  });

  it('waits at least as long as x-acs-retry-after asks', async () => {
    const { client, sleeps } = await start([
      refuse(429, 'Throttling.Api', '', { 'x-acs-retry-after': '7500' }),
      regions,
    ]);

    await client.describeRegions();

    expect(sleeps).toEqual([7500]);
  });

  it('gives up, and says how long to wait, when the service asks for more than two minutes', async () => {
    const { client, requests } = await start([
      refuse(429, 'Throttling', '', { 'x-acs-retry-after': '120001' }),
    ]);

    const error = await failure(client.describeRegions());

    expect(error).toMatchObject({ kind: 'throttled', attempts: 1, retryAfterMs: 120_001 });
    expect(requests).toHaveLength(1);
  });

  it('is sent again after waits that double up to ten seconds, for two minutes', async () => {
    const { client, sleeps } = await start([refuse(400, 'Throttling')]);

    const error = await failure(client.describeRegions());

    expect(sleeps.slice(0, 9)).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
    expect(sum(sleeps)).toBeGreaterThan(120_000);
    expect(error).toMatchObject({ kind: 'throttled', code: 'Throttling', status: 400 });
    expect(error.attempts).toBe(sleeps.length + 1);
  });

  it('keeps every other caller of its action waiting, and none of another action', async () => {
    const { client, requests, sleeps } = await start([
      refuse(429, 'Throttling', '', { 'x-acs-retry-after': '5000' }),
      regions,
    ]);

    await Promise.all([client.describeRegions(), client.describeRegions()]);
    expect(requests).toHaveLength(3);
    expect(sum(sleeps)).toBe(5_000);
    await client.execute(write, 'token-1');
    expect(sum(sleeps)).toBe(5_000);
  });
});

describe('a write whose answer did not come', () => {
  it.each([
    ['a reset connection', reset],
    ['a page for people instead of JSON', badGateway],
    ['an internal error', refuse(500, 'InternalError')],
    ['an unavailable service', refuse(503, 'ServiceUnavailable')],
    ['an earlier copy that is still processed', refuse(403, 'IdempotentProcessing')],
    ['a success without a request id', answer({})],
    ['an answer that breaks off', breakOff],
  ])('is sent again with the same token after %s', async (_name, step) => {
    const { client, requests } = await start([step, accepted]);

    const receipt = await client.execute(write, 'token-1');

    expect(receipt.attempts).toBe(2);
    expect(requests.map(({ query }) => query.ClientToken)).toEqual(['token-1', 'token-1']);
  });

  it.each([
    ['never starts', hang],
    ['never ends', neverEnd],
  ])('is sent again after an answer that %s', async (_name, step) => {
    const { client, requests } = await start([step, accepted], { writeTimeoutMs: 500 });

    await expect(client.execute(write, 'token-1')).resolves.toMatchObject({ attempts: 2 });
    expect(requests).toHaveLength(2);
  });

  it('has an unknown outcome when no attempt brings clarity', async () => {
    const { client } = await start([hang], { writeTimeoutMs: 50, maxAttempts: 2 });

    const error = await failure(client.execute(write, 'token-1'));

    expect(error).toMatchObject({ kind: 'unknown-outcome', attempts: 2 });
    expect(error.message).toContain('no answer came within 50 ms');
  });

  it('keeps its unknown outcome when a later attempt is refused', async () => {
    const { client, requests } = await start([reset, refuse(403, 'AuthorizationLimitExceed')]);

    const error = await failure(client.execute(write, 'token-1'));

    expect(error).toMatchObject({
      kind: 'unknown-outcome',
      code: 'AuthorizationLimitExceed',
      attempts: 2,
    });
    expect(requests).toHaveLength(2);
  });

  it('was certainly not carried out when no connection was made', async () => {
    const unused = createServer();
    await new Promise<void>((resolve) => unused.listen(0, '127.0.0.1', resolve));
    const { port } = unused.address() as AddressInfo;
    await new Promise((resolve) => unused.close(resolve));
    const { client } = await start([accepted], {
      endpoint: `http://127.0.0.1:${port}`,
      maxAttempts: 2,
    });

    const error = await failure(client.execute(write, 'token-1'));

    expect(error).toMatchObject({ kind: 'transient', code: 'ECONNREFUSED', attempts: 2 });
  });
});

describe('a read whose answer did not come', () => {
  it.each([
    ['a reset connection', reset],
    ['a page for people instead of JSON', badGateway],
    ['an internal error', refuse(500, 'InternalError')],
    ['an answer that takes too long', hang],
  ])('fails in passing after %s, and is repeated', async (_name, step) => {
    const { client, reports } = await start([step, regions], { readTimeoutMs: 500 });

    await expect(client.describeRegions()).resolves.toEqual(['cn-hangzhou']);
    expect(reports.map(({ outcome }) => outcome)).toEqual(['transient', 'success']);
  });
});

describe('a refused call', () => {
  it.each([
    ['validation', 403, 'MissingParameter'],
    ['not-found', 404, 'InvalidSecurityGroupId.NotFound'],
    ['state', 400, 'IdempotentParameterMismatch'],
    ['quota', 403, 'AuthorizationLimitExceed'],
    ['permission', 403, 'Forbidden.RAM'],
  ])('is not repeated: %s', async (kind, status, code) => {
    const { client, requests, sleeps } = await start([refuse(status, code)]);

    const error = await failure(client.execute(write, 'token-1'));

    expect(error).toMatchObject({ kind, status, code, requestId: 'REQ-1', attempts: 1 });
    expect(requests).toHaveLength(1);
    expect(sleeps).toEqual([]);
  });

  it('names the call, the cause and the next step', async () => {
    const { client } = await start([
      refuse(403, 'AuthorizationLimitExceed', 'The limit is reached.'),
    ]);

    const error = await failure(client.execute(write, 'token-1'));

    expect(error.message).toBe(
      'AuthorizeSecurityGroupEgress for sg-1 failed (quota): ECS answered "The limit is reached." ' +
        '(AuthorizationLimitExceed, HTTP 403, request REQ-1, 1 attempt); remove rules that are no ' +
        'longer needed, or ask for a higher limit in Quota Center',
    );
  });
});

describe('the deadline', () => {
  it('keeps a call from being sent once it has passed', async () => {
    const { client, requests } = await start([accepted], { deadline: 1_000_000 });

    const error = await failure(client.execute(write, 'token-1'));

    expect(error).toMatchObject({ kind: 'transient', attempts: 0 });
    expect(requests).toHaveLength(0);
  });

  it('keeps a call from being repeated when the wait would end after it', async () => {
    const { client, requests } = await start([refuse(400, 'Throttling')], { deadline: 1_002_500 });

    const error = await failure(client.describeRegions());

    expect(error).toMatchObject({ kind: 'throttled', code: 'Throttling', attempts: 5 });
    expect(requests).toHaveLength(5);
  });

  it('cuts the wait for an answer short', async () => {
    const { client } = await start([hang], { deadline: 1_000_080, random: () => 0.9 });

    const error = await failure(client.execute(write, 'token-1'));

    expect(error).toMatchObject({ kind: 'unknown-outcome', attempts: 1 });
    expect(error.message).toContain('no answer came within 80 ms');
  });

  it('leaves a write in doubt when it passes during a wait', async () => {
    let time = 0;
    const { client, requests } = await start([reset], {
      now: () => time,
      deadline: 1_000,
      sleep: async () => {
        time = 2_000;
      },
    });

    const error = await failure(client.execute(write, 'token-1'));

    expect(error).toMatchObject({ kind: 'unknown-outcome', attempts: 1 });
    expect(requests).toHaveLength(1);
  });
});

describe('credentials', () => {
  it('are asked for anew at each attempt', async () => {
    let serial = 0;
    const { client, requests } = await start([refuse(400, 'Throttling'), regions], {
      credentials: async () => {
        serial += 1;
        return { accessKeyId: `key${serial}`, accessKeySecret: 's', securityToken: `sts${serial}` };
      },
    });

    await client.describeRegions();

    expect(requests.map(({ headers }) => headers['x-acs-security-token'])).toEqual([
      'sts1',
      'sts2',
    ]);
    expect(requests[1]?.headers.authorization).toContain('Credential=key2,');
  });

  it('that cannot be obtained are a matter of permission, and nothing is sent', async () => {
    const { client, requests } = await start([regions], {
      credentials: async () => {
        throw new Error('POST /?Signature=hidden failed');
      },
    });

    const error = await failure(client.describeRegions());

    expect(error).toMatchObject({ kind: 'permission', attempts: 0 });
    expect(error.message).not.toContain('hidden');
    expect(requests).toHaveLength(0);
  });
});

it('reports every attempt', async () => {
  const { client, reports } = await start([refuse(400, 'Throttling'), regions]);

  await client.describeRegions();

  expect(reports).toEqual([
    {
      action: 'DescribeRegions',
      attempt: 1,
      outcome: 'throttled',
      code: 'Throttling',
      requestId: 'REQ-1',
      durationMs: 0,
    },
    {
      action: 'DescribeRegions',
      attempt: 2,
      outcome: 'success',
      requestId: 'REQ-9',
      durationMs: 0,
    },
  ]);
});
