import { once } from 'node:events';
import { createServer, request as openRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { type Fc2Request, type HttpRequest, readHttpRequest, sendFc2Response } from './index';

const MOST = 1000;
const ANSWER = { status: 202, headers: { 'x-one': '1' }, body: '{"runId":"r"}' };
const never = new AbortController().signal;

/** Serves requests as FC 2.0 hands them over, for as long as `use` takes. */
async function onServer(
  use: (server: {
    readonly port: number;
    /** What was read of the first request. */
    readonly read: Promise<HttpRequest>;
    readonly arrived: Promise<unknown>;
  }) => Promise<void>,
  signal: AbortSignal = never,
) {
  let tell: (request: HttpRequest) => void = () => {};
  const read = new Promise<HttpRequest>((resolve) => {
    tell = resolve;
  });
  const server = createServer(async (request, response) => {
    const result = await readHttpRequest(request, { maxBodyBytes: MOST, signal });
    tell(result);
    const target = {
      setStatusCode: (status: number) => {
        response.statusCode = status;
      },
      setHeader: (name: string, value: string) => {
        response.setHeader(name, value);
      },
      send: (body: string) => {
        response.end(body);
      },
    };
    sendFc2Response(target, ANSWER);
  });
  const arrived = once(server, 'request');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use({ port: (server.address() as AddressInfo).port, read, arrived });
  } finally {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
}

test('a request is read to its end and answered', () =>
  onServer(async ({ port, read }) => {
    const body = Buffer.from([0, 255, 128, 10]);
    const response = await fetch(`http://127.0.0.1:${port}/webhook?a=1`, {
      method: 'POST',
      headers: { 'Webhook-Id': 'msg_1' },
      body,
    });
    expect(await read).toMatchObject({
      method: 'POST',
      path: '/webhook',
      headers: { 'webhook-id': 'msg_1' },
      body,
    });
    expect(response.status).toBe(202);
    expect(response.headers.get('x-one')).toBe('1');
    expect(await response.text()).toBe(ANSWER.body);
  }));

test('a request without a body has an empty one', () =>
  onServer(async ({ port, read }) => {
    await fetch(`http://127.0.0.1:${port}/`);
    expect(await read).toMatchObject({ method: 'GET', path: '/', body: Buffer.alloc(0) });
  }));

test('a body of the most bytes is read, one of a byte more is not', async () => {
  for (const [size, body] of [
    [MOST, Buffer.alloc(MOST)],
    [MOST + 1, 'too-large'],
  ] as const) {
    await onServer(async ({ port, read }) => {
      await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: Buffer.alloc(size) });
      expect((await read).body).toEqual(body);
    });
  }
});

test('a body without a declared length is read no further than the limit, and still answered', () =>
  onServer(async ({ port, read }) => {
    const request = openRequest({ port, host: '127.0.0.1', method: 'POST' });
    const answered = once(request, 'response');
    request.on('error', () => {});
    request.write(Buffer.alloc(MOST));
    request.write(Buffer.alloc(MOST));
    // The request never ends: the answer comes all the same.
    expect((await read).body).toBe('too-large');
    const [response] = await answered;
    expect(response.statusCode).toBe(202);
    request.destroy();
  }));

test('a body that does not come to its end is given up when the time is over', async () => {
  const time = new AbortController();
  await onServer(async ({ port, read, arrived }) => {
    const request = openRequest({ port, host: '127.0.0.1', method: 'POST' });
    request.on('error', () => {});
    request.write('{"half":');
    await arrived;
    time.abort();
    expect((await read).body).toBe('incomplete');
    request.destroy();
  }, time.signal);
});

test('a sender that goes away leaves nothing hanging', () =>
  onServer(async ({ port, read, arrived }) => {
    const socket = connect(port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf');
    await arrived;
    socket.destroy();
    expect((await read).body).toBe('incomplete');
  }));

describe('a stream of the platform', () => {
  const streamWith = (fields: object) => {
    const stream = new PassThrough();
    return Object.assign(stream, { method: 'post', headers: {}, ...fields }) as PassThrough &
      Fc2Request;
  };
  const read = (stream: Fc2Request, signal = never) =>
    readHttpRequest(stream, { maxBodyBytes: MOST, signal });

  it('may give its path, lists of values, and text', async () => {
    const stream = streamWith({ path: '/webhook', url: '/other', headers: { 'X-A': ['1', '2'] } });
    stream.setEncoding('utf8');
    stream.end('ü');
    expect(await read(stream)).toEqual({
      method: 'POST',
      path: '/webhook',
      headers: { 'x-a': '1, 2' },
      body: Buffer.from('ü'),
    });
  });

  it('may have the body beside it', async () => {
    expect((await read(streamWith({ body: Buffer.from('x') }))).body).toEqual(Buffer.from('x'));
    expect((await read(streamWith({ body: Buffer.alloc(MOST + 1) }))).body).toBe('too-large');
  });

  it('is not read at all when it says that it is too large, and no further once it is', async () => {
    const declared = streamWith({ headers: { 'content-length': String(MOST + 1) } });
    expect((await read(declared)).body).toBe('too-large');
    expect(declared.readableFlowing).toBeNull();

    const longer = streamWith({});
    longer.write(Buffer.alloc(MOST + 1));
    expect((await read(longer)).body).toBe('too-large');
    expect(longer.isPaused()).toBe(true);
  });

  it('may fail, also after it was given up', async () => {
    const failing = streamWith({});
    const reading = read(failing);
    failing.destroy(new Error('reset'));
    expect((await reading).body).toBe('incomplete');

    const late = streamWith({});
    expect((await read(late, AbortSignal.abort())).body).toBe('incomplete');
    late.destroy(new Error('reset'));
    await new Promise((resolve) => late.once('close', resolve));
  });

  it('may have been read before', async () => {
    const stream = streamWith({});
    stream.end();
    stream.resume();
    await once(stream, 'end');
    expect((await read(stream)).body).toBe('incomplete');
  });
});
