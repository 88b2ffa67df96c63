import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getCallerIdentity } from './identity';

const SECRET = 'the-secret';

/** What comes of asking an STS that answers like this. */
async function ask(answer: RequestListener): Promise<unknown> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = async () => ({ accessKeyId: 'the-key', accessKeySecret: SECRET });
  try {
    return await getCallerIdentity(credentials, { host, protocol: 'HTTP' }, 2_000);
  } catch (error) {
    return (error as Error).message;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const refusal =
  (status: number, code: string): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ Code: code, Message: `StringToSign ${SECRET}`, RequestId: 'r' }));
  };

test.each([
  [400, 'SignatureDoesNotMatch', 'the secret does not belong to the access key: set both anew'],
  [404, 'InvalidAccessKeyId.NotFound', 'make a new one in the RAM console'],
  [400, 'InvalidSecurityToken.Expired', 'fetch new ones'],
  [400, 'InvalidTimeStamp.Expired', 'set the clock'],
  [500, 'InternalError', 'check the network, the credentials and the endpoint'],
])('a refusal, %d %s, says what to do and no secret', async (status, code, remedy) => {
  const message = await ask(refusal(status, code));
  expect(message).toContain(`STS refused to say who signs (${code})`);
  expect(message).toContain(remedy);
  expect(message).not.toContain(SECRET);
});

test.each<[string, RequestListener]>([
  ['a connection that breaks', (request) => request.socket.destroy()],
  ['an answer that is none', (_request, response) => response.end('<html>')],
  ['an answer without an account', (_request, response) => response.end('{"Arn":"x"}')],
])('%s is no identity', async (_what, answer) => {
  expect(await ask(answer)).toMatch(/^STS did not .*; check /);
});

test('whoever signs is named by account and ARN', async () => {
  const body = '{"AccountId":"1","Arn":"acs:ram::1:user/ana","IdentityType":"RAMUser"}';
  const identity = await ask((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
  expect(identity).toEqual({ accountId: '1', arn: 'acs:ram::1:user/ana' });
});
