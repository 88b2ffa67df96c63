import { inspect } from 'node:util';
import { createOssStore, type OssCredentials, type RecordStore, RecordStoreError } from './index';
import {
  answer,
  breakOff,
  listing,
  neverEnd,
  page,
  type Step,
  startScriptedOss,
} from './scripted-oss';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

const SECRET = { accessKeyId: 'MARKER1', accessKeySecret: 'MARKER2', securityToken: 'MARKER3' };

/** A store on a scripted server that gives up after two attempts. */
async function open(...steps: [Step, ...Step[]]) {
  const server = await startScriptedOss(...steps);
  closers.push(server.close);
  const store = createOssStore({
    bucket: 'palisade-records',
    region: 'cn-hangzhou',
    endpoint: server.endpoint,
    credentials: async (): Promise<OssCredentials> => SECRET,
    timeoutMs: steps.includes(neverEnd) ? 100 : 10_000,
    maxAttempts: 2,
    sleep: async () => {},
  });
  return { server, store };
}

const errorOf = async (call: Promise<unknown>): Promise<Error> => {
  const error: unknown = await call.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RecordStoreError);
  return error as Error;
};

const CALLS: readonly ((store: RecordStore) => Promise<unknown>)[] = [
  (store) => store.get('a'),
  (store) => store.list('a'),
  (store) => store.putIfAbsent('a', 'MARKER4'),
];

describe('an answer that is none of OSS, or not whole, is never taken for one', () => {
  test.each<[string, Step, number]>([
    ['a page with 200', page(200), 2],
    ['a page with 404', page(404), 1],
    ['an empty 404', answer(404, '', { 'x-oss-request-id': '' }), 1],
    ['a redirect', answer(302, '', { location: 'http://127.0.0.1:1/', 'x-oss-request-id': '' }), 1],
    ['half an answer', breakOff, 2],
    ['an answer without end', neverEnd, 2],
    ['an error that is no XML', answer(403, 'denied'), 1],
  ])('%s', async (_what, step, attempts) => {
    for (const call of CALLS) {
      const { server, store } = await open(step);
      await errorOf(call(store));
      expect(server.targets).toHaveLength(attempts);
    }
  });

  test.each<[string, [Step, ...Step[]]]>([
    ['other XML', [answer(200, '<html/>')]],
    ['nothing', [answer(200, '')]],
    ['no XML', [answer(200, 'x')]],
    ['fewer keys than it counts', [listing(['a', 'b'], undefined, 3)]],
    ['no token for the next page', [listing(['a'], '')]],
    ['the same token again', [listing(['a'], 't'), listing(['b'], 't'), listing(['c'])]],
    ['the same key again', [listing(['a', 'b'], 't'), listing(['b', 'c'])]],
    ['an encoding that is none', [listing(['%zz'])]],
  ])('a listing with %s', async (_what, steps) => {
    const { store } = await open(...steps);
    const { message } = await errorOf(store.list(''));
    expect(message).toContain('cannot list everything in the bucket palisade-records: ');
  });

  it('but a page that fails is read again, and the listing is whole', async () => {
    const { server, store } = await open(listing(['a', 'b'], 't'), breakOff, listing(['c']));
    expect(await store.list('')).toEqual(['a', 'b', 'c']);
    expect(server.targets[2]).toBe(server.targets[1]);
  });
});

test.each<[string, Step]>([
  ['a page with 200', page(200)],
  ['a page with 403', page(403)],
  ['half an answer', breakOff],
  ['an answer without end', neverEnd],
  ['a code that is none', answer(403, '<Error><Code>MARKER&amp;1</Code></Error>')],
  [
    'a refused signature',
    answer(
      403,
      '<Error><Code>SignatureDoesNotMatch</Code><Message>MARKER</Message>' +
        '<StringToSign>MARKER3</StringToSign><RequestId>R1</RequestId></Error>',
    ),
  ],
])('no secret, content or message shows after %s', async (_what, step) => {
  for (const call of CALLS) {
    const { store } = await open(step);
    const error = await errorOf(call(store));
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('MARKER');
  }
});
