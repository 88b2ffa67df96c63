import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { readSettings } from '../../../shared/runtime';
import { decodeActionTrail } from '../../../shared/triggers/actiontrail';
import { checkFunctions } from './functions';

/** Checks the functions of a Function Compute that answers with a status; gives what it was asked, too. */
async function checked(status: number, answer: string) {
  const asked: { url?: string | undefined; body: string }[] = [];
  const server = createServer(async (request, response) => {
    asked.push({ url: request.url, body: await text(request) });
    response.writeHead(status, { 'content-type': 'application/json' }).end(answer);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const settings = readSettings({ PALISADE_FC_ENDPOINT: `http://127.0.0.1:${port}` });
    const key = { accessKeyId: 'id', accessKeySecret: 's3cret' };
    const result = await checkFunctions('cn-hangzhou', '1234567890123456', key, settings);
    return { asked, result };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('one function is called once, with a delivery that holds no event', async () => {
  const { asked, result } = await checked(200, '{}');
  expect(result).toMatchObject({
    status: 'ok',
    saw: expect.stringMatching(/^palisade-actiontrail answers in \d+ ms/),
  });
  expect(asked).toEqual([
    { url: '/2023-03-30/functions/palisade-actiontrail/invocations', body: '[]' },
  ]);
  const delivery = decodeActionTrail(Buffer.from(asked[0]?.body ?? ''));
  expect(delivery).toEqual({ events: [], unreadable: [] });
});

test('a refusal is a failure that says what to do, and shows no secret', async () => {
  const { result } = await checked(404, '{"Code":"FunctionNotFound","Message":"s3cret"}');
  expect(result).toMatchObject({
    status: 'failed',
    saw: expect.stringContaining('404 FunctionNotFound'),
    fix: expect.stringContaining('s deploy'),
  });
  expect(JSON.stringify(result)).not.toContain('s3cret');
});
