import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { startLocalCloud } from '../local-cloud';
import { buildFunctions, FUNCTION_NAMES, MOST_COMPRESSED_BYTES } from '../scripts/build-functions';
import { bundle } from '../scripts/bundle';
import { importedNames } from '../scripts/bundle/sdk-imports';
import { callSts } from '../shared/accounts/sts-sdk';
import type { Action, Fields } from '../shared/ecs/sdk';
import * as sdk from '../shared/ecs/sdk';
import { createOssStore } from '../shared/evidence';
import { createFunctionCaller } from '../shared/fc';
import { createLogger } from '../shared/runtime';

const PROJECT = join(__dirname, '..');
const CREDENTIALS = { accessKeyId: 'STS.id', accessKeySecret: 'secret', securityToken: 'token' };

/** What reaches the SDKs, from the source or out of a bundle. */
interface Product {
  readonly prepareRequest: typeof sdk.prepareRequest;
  readonly createOssStore: typeof createOssStore;
  readonly createFunctionCaller: typeof createFunctionCaller;
  readonly createLogger: typeof createLogger;
  readonly callSts: typeof callSts;
}

const source: Product = {
  prepareRequest: sdk.prepareRequest,
  createOssStore,
  createFunctionCaller,
  createLogger,
  callSts,
};
let folder: string;
let bundled: Product;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'palisade-bundles-test-'));
  const entry = join(folder, 'entry.ts');
  const rooms = {
    '../shared/ecs/sdk': 'prepareRequest',
    '../shared/evidence': 'createOssStore',
    '../shared/fc': 'createFunctionCaller',
    '../shared/runtime': 'createLogger',
    '../shared/accounts/sts-sdk': 'callSts',
  };
  const lines = Object.entries(rooms).map(
    ([room, name]) => `export { ${name} } from ${JSON.stringify(join(__dirname, room))};`,
  );
  await writeFile(entry, lines.join('\n'));
  for (const { name, content } of await bundle(entry, '{}')) {
    await writeFile(join(folder, name), content);
  }
  bundled = require(join(folder, 'index.js')) as Product;
});

afterAll(() => rm(folder, { recursive: true }));

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Answer = (response: ServerResponse) => void;

const json =
  (status: number, body: object, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json;charset=utf-8', ...headers });
    response.end(JSON.stringify(body));
  };

/** Makes the same calls to a server that answers them so, and gives what it saw and what came of them. */
async function against<Result>(
  answer: Answer,
  call: (host: string) => Promise<Result>,
): Promise<{ seen: Seen[]; result: unknown }> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    seen.push({ ...seenOf(request), body: (await buffer(request)).toString('utf8') });
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  try {
    const result = await call(`127.0.0.1:${port}`).catch((error: unknown) => failureOf(error));
    return { seen, result };
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Without what is different each time: the port, the time, the nonce and what is signed with them. */
function seenOf(request: IncomingMessage): Omit<Seen, 'body'> {
  const changing = /^(host|date|x-acs-date|x-acs-signature-nonce|authorization)$/;
  const headers = Object.entries(request.headers).filter(([name]) => !changing.test(name));
  const signedBy = String(request.headers.authorization).split(/[,:]/)[0] ?? '';
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    headers: Object.fromEntries([
      ...headers.map(([name, value]): [string, string] => [name, String(value)]),
      ['signed by', signedBy],
    ]),
  };
}

function failureOf(error: unknown): object {
  const { name, message, ...rest } = error as Error;
  return { ...rest, name, message: message.replace(/127\.0\.0\.1:\d+/, 'HOST') };
}

const callEcs = (product: Product, action: Action, parameters: Fields) => (host: string) =>
  product.prepareRequest(action, parameters)(
    { regionId: 'cn-hangzhou', host, protocol: 'HTTP' },
    CREDENTIALS,
    10_000,
  );

async function ecsActions(): Promise<Action[]> {
  const names = await importedNames('@alicloud/ecs20140526', [join(PROJECT, 'shared')]);
  return [...names]
    .filter((name) => name !== 'default')
    .map((name) => name.replace(/Request$/, '') as Action);
}

const PERMISSIONS = [
  { IpProtocol: 'TCP', PortRange: '25/25', DestCidrIp: '0.0.0.0/0', Policy: 'drop', Priority: '1' },
];
const PARAMETERS: Partial<Record<Action, Fields>> = {
  DescribeSecurityGroups: { RegionId: 'cn-hangzhou', MaxResults: 100, NextToken: 'next' },
  AuthorizeSecurityGroupEgress: {
    RegionId: 'cn-hangzhou',
    SecurityGroupId: 'sg-1',
    ClientToken: 'token',
    Permissions: PERMISSIONS,
  },
  RevokeSecurityGroup: { RegionId: 'cn-hangzhou', SecurityGroupRuleId: ['sgr-1', 'sgr-2'] },
};
const RULE = {
  SecurityGroupRuleId: 'sgr-1',
  IpProtocol: 'TCP',
  Direction: 'egress',
  Policy: 'Drop',
};
const BODIES: Partial<Record<Action, object>> = {
  DescribeSecurityGroups: {
    NextToken: '',
    SecurityGroups: {
      SecurityGroup: [{ SecurityGroupId: 'sg-1', Tags: { Tag: [{ TagKey: 'a', TagValue: 'b' }] } }],
    },
  },
  DescribeSecurityGroupAttribute: { Permissions: { Permission: [RULE] } },
  DescribeRegions: { Regions: { Region: [{ RegionId: 'cn-hangzhou' }] } },
};

describe('the bundled SDKs', () => {
  it('make every call of ECS that the product makes, as the SDK whole does', async () => {
    const actions = await ecsActions();
    expect(actions.length).toBeGreaterThan(10);
    for (const action of actions) {
      const body = { RequestId: 'request', ...BODIES[action] };
      const parameters = PARAMETERS[action] ?? {};
      const [whole, pruned] = await Promise.all(
        [source, bundled].map((each) =>
          against(json(200, body), callEcs(each, action, parameters)),
        ),
      );

      expect(pruned).toEqual(whole);
      expect(pruned?.result).toEqual(body);
      expect(pruned?.seen.map(({ headers }) => headers['x-acs-action'])).toEqual([action]);
      expect(pruned?.seen[0]?.headers['signed by']).toMatch(/^ACS3-HMAC-SHA256 Credential=STS\.id/);
    }
  });

  it.each<[Parameters<typeof callSts>[0], number, object]>([
    ['AssumeRole', 200, { RequestId: 'request', Credentials: { AccessKeyId: 'STS.other' } }],
    ['GetCallerIdentity', 200, { RequestId: 'request', AccountId: '1234567890123456' }],
    ['AssumeRole', 403, { RequestId: 'request', Code: 'NoPermission', Message: 'no' }],
  ])('call %s of STS as the SDK whole does when the status is %d', async (action, status, body) => {
    const call = (product: Product) => (host: string) =>
      product.callSts(
        action,
        { RoleArn: 'acs:ram::2222333344445555:role/member' },
        { host, protocol: 'HTTP' },
        CREDENTIALS,
        10_000,
      );
    const [whole, pruned] = await Promise.all(
      [source, bundled].map((each) => against(json(status, body), call(each))),
    );

    expect(pruned).toEqual(whole);
    expect(pruned?.seen.map(({ headers }) => headers['x-acs-action'])).toEqual([action]);
    if (status === 200) expect(pruned?.result).toEqual(body);
    else expect(pruned?.result).toHaveProperty('data');
  });

  it.each<[string, Answer]>([
    ['refused', json(403, { Code: 'Forbidden.RAM', Message: 'no', RequestId: 'request' })],
    [
      'throttled',
      json(
        429,
        { Code: 'Throttling.User', RequestId: 'r' },
        { 'x-ratelimit-user-api': 'TimeLeft:2000' },
      ),
    ],
    ['failed', json(500, { Code: 'InternalError', Message: 'oh', RequestId: 'request' })],
    [
      'answered with XML',
      (response) => {
        response.writeHead(404, { 'content-type': 'text/xml;charset=utf-8' });
        response.end('<Error><Code>NotFound</Code><Message>gone</Message></Error>');
      },
    ],
    ['answered with what is no JSON', (response) => response.end('<html>')],
    ['cut off', (response) => response.destroy()],
  ])('throw the same when a call is %s', async (_, answer) => {
    const call = (product: Product) => callEcs(product, 'DescribeRegions', {});
    const [whole, pruned] = await Promise.all([
      against(answer, call(source)),
      against(answer, call(bundled)),
    ]);

    expect(pruned).toEqual(whole);
    expect(pruned.result).toHaveProperty('name');
  });

  it.each([
    ['2.0', { serviceName: 'palisade' }],
    ['3.0', {}],
  ])('call functions of FC %s as the SDK whole does', async (_, service) => {
    const call = (product: Product) => async (host: string) => {
      const caller = product.createFunctionCaller({
        ...service,
        accountId: '1234567890123456',
        regionId: 'cn-hangzhou',
        credentials: CREDENTIALS,
        endpoint: `http://${host}`,
        sleep: async () => {},
      });
      const sync = await caller.call('palisade-enforce', '{"a":1}');
      return [sync, await caller.callAsync('palisade-enforce', '{}', 'task-1')];
    };
    const accepted = json(200, { done: true }, { 'x-fc-request-id': 'request' });
    const [whole, pruned] = await Promise.all([
      against(accepted, call(source)),
      against(accepted, call(bundled)),
    ]);

    expect(pruned).toEqual(whole);
    expect(pruned.result).toEqual([
      { requestId: 'request', payload: '{"done":true}' },
      { requestId: 'request', accepted: 'new' },
    ]);

    const refusal = json(403, { ErrorCode: 'AccessDenied', Code: 'AccessDenied', Message: 'no' });
    const refusals = await Promise.all([
      against(refusal, call(source)),
      against(refusal, call(bundled)),
    ]);
    expect(refusals[1]).toEqual(refusals[0]);
    expect(refusals[1]?.result).toHaveProperty('name', 'FunctionCallError');
  });

  it('keep records in OSS', async () => {
    const cloud = await startLocalCloud({ buckets: [{ name: 'palisade-records' }] });
    try {
      const store = bundled.createOssStore({
        bucket: 'palisade-records',
        prefix: 'kept/here',
        region: 'cn-hangzhou',
        endpoint: cloud.endpoint,
        credentials: async () => ({
          accessKeyId: cloud.accessKeyId,
          accessKeySecret: cloud.accessKeySecret,
        }),
      });

      expect(await store.putIfAbsent('runs/1.json', '{"id":"é"}')).toBe(true);
      expect(await store.putIfAbsent('runs/1.json', '{}')).toBe(false);
      expect(await store.get('runs/1.json')).toBe('{"id":"é"}');
      expect(await store.get('runs/2.json')).toBeUndefined();
      expect(await store.list('runs/')).toEqual(['runs/1.json']);
    } finally {
      await cloud.close();
    }
  });
});

describe('the bundled logger', () => {
  it('writes lines as the whole one does, secrets blanked, and survives what JSON cannot hold', () => {
    const lines = [source, bundled].map(({ createLogger: create }) => {
      const written: string[] = [];
      const write = jest.spyOn(process.stdout, 'write').mockImplementation((line) => {
        written.push(String(line).replace(/"time":"[^"]*"/, ''));
        return true;
      });
      try {
        const log = create('info', { requestId: 'r' });
        log.info({ groups: ['sg-1'], call: { securityToken: 'secret' } }, 'read');
        log.child({ part: '1' }).warn(new Error('odd'), 'failed');
        const circle: Record<string, unknown> = {};
        circle.self = circle;
        log.info({ circle }, 'odd');
      } finally {
        write.mockRestore();
      }
      return written;
    });

    const [whole = [], pruned = []] = lines;
    expect(pruned.slice(0, 1)).toEqual(whole.slice(0, 1));
    expect(pruned[0]).toContain('[Redacted]');
    expect(pruned[1]).toContain('"message":"odd"');
    expect(pruned[2]).toContain('unable to serialize');
  });
});

describe('the built functions', () => {
  it('are no larger than they may be, and load no SDK for what they have nothing to do with', async () => {
    const out = await mkdtemp(join(tmpdir(), 'palisade-built-'));
    try {
      const built = await buildFunctions(join(PROJECT, 'policies', 'starter.yaml'), out);
      expect(built.map(({ name }) => name)).toEqual(FUNCTION_NAMES);
      for (const { compressedBytes } of built) {
        expect(compressedBytes).toBeLessThanOrEqual(MOST_COMPRESSED_BYTES);
      }

      const event = {
        eventName: 'StartInstance',
        eventType: 'ApiCall',
        serviceName: 'Ecs',
        eventRW: 'Write',
        requestId: 'r',
        acsRegion: 'cn-hangzhou',
        userIdentity: { type: 'ram-user' },
      };
      const program = `
        const { handler } = require(process.argv[1]);
        const context = { requestId: 'r', accountId: '1', region: 'cn-hangzhou', function: { name: 'f', timeout: 60 } };
        handler(Buffer.from(process.argv[2]), context).then((answer) => {
          const code = Object.keys(require.cache).map((file) => require('fs').readFileSync(file, 'utf8')).join();
          console.log(JSON.stringify({ answer, ecs: code.includes('2014-05-26'), oss: code.includes('aliyun-sdk') }));
        });`;
      const output = execFileSync(
        process.execPath,
        ['-e', program, join(out, 'actiontrail', 'index.js'), JSON.stringify(event)],
        { env: { PALISADE_RECORDS: 'oss://palisade-records', PALISADE_LOG_LEVEL: 'silent' } },
      );
      expect(JSON.parse(String(output))).toEqual({
        answer: expect.stringContaining('"ignored":1'),
        ecs: false,
        oss: false,
      });
    } finally {
      await rm(out, { recursive: true });
    }
  });
});
