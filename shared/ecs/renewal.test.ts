import { parseRegionId, parseSecurityGroupId } from '../security-group';
import {
  authorizeCalls,
  type CredentialsProvider,
  createEcsClient,
  EcsError,
  type WriteCall,
} from '.';
import { answer, refuse, reset, type Step, startScriptedServer } from './scripted-server';

const regionId = parseRegionId('cn-hangzhou');
const [write] = authorizeCalls('egress', regionId, parseSecurityGroupId('sg-1'), [
  { Policy: 'drop', Priority: '1', IpProtocol: 'TCP', PortRange: '25/25', DestCidrIp: '0.0.0.0/0' },
]) as [WriteCall];
const accepted = answer({ RequestId: 'REQ-9' });
const expired = refuse(403, 'InvalidSecurityToken.Expired');
const gone = new EcsError('the role is gone: make it again', {
  kind: 'not-found',
  action: 'AssumeRole',
  attempts: 1,
});

/** Sends the write; waits take no time. Gives its receipt or its error, and what the server got. */
async function send(steps: readonly [Step, ...Step[]], credentials: CredentialsProvider) {
  const server = await startScriptedServer(...steps);
  const waits: number[] = [];
  try {
    const client = createEcsClient({
      regionId,
      endpoint: server.endpoint,
      credentials,
      sleep: async (milliseconds) => void waits.push(milliseconds),
    });
    const outcome: unknown = await client
      .execute(write, 'token-1')
      .catch((error: unknown) => error);
    const keys = server.requests.map(({ headers }) => headers['x-acs-accesskey-id']);
    const tokens = server.requests.map(({ query }) => query.ClientToken);
    return { outcome, keys, tokens, waits };
  } finally {
    await server.close();
  }
}

const key = (number: number) => ({
  accessKeyId: `STS.${number}`,
  accessKeySecret: 'secret',
  securityToken: 'token',
});

/** Credentials that are renewed whenever they are refused. */
function renewing(): CredentialsProvider {
  let number = 1;
  return async (refused) => {
    if (refused) number += 1;
    return key(number);
  };
}

test('a call whose credentials have ended is sent again at once with new ones and the same ClientToken', async () => {
  const { outcome, keys, tokens, waits } = await send([expired, accepted], renewing());
  expect(outcome).toEqual({ requestId: 'REQ-9', attempts: 2 });
  expect([keys, tokens, waits]).toEqual([['STS.1', 'STS.2'], ['token-1', 'token-1'], []]);
});

test('it fails at once when there are no others', async () => {
  for (const provider of [
    async () => key(1),
    async (refused: unknown) => (refused ? Promise.reject(gone) : key(1)),
  ]) {
    const { outcome, keys } = await send([expired, accepted], provider);
    expect(outcome).toMatchObject({ kind: 'permission', code: 'InvalidSecurityToken.Expired' });
    expect(keys).toHaveLength(1);
  }
});

test('it does not go on for ever', async () => {
  const { outcome, keys } = await send([expired], renewing());
  expect(outcome).toMatchObject({ kind: 'permission', attempts: 6 });
  expect(keys).toHaveLength(6);
});

test('what an EcsError says for which there are no credentials is told as it is', async () => {
  const { outcome, keys } = await send([accepted], () => Promise.reject(gone));
  expect(outcome).toBe(gone);
  expect(keys).toEqual([]);
});

test('a write whose outcome is open stays so when there are no credentials to ask again with', async () => {
  let asked = 0;
  const { outcome } = await send([reset, accepted], async () => {
    asked += 1;
    if (asked > 1) throw gone;
    return key(1);
  });
  expect(outcome).toMatchObject({
    kind: 'unknown-outcome',
    attempts: 1,
    message: expect.stringContaining('the role is gone'),
  });
});
