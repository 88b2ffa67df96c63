import { inspect } from 'node:util';
import { parseRegionId, parseSecurityGroupId } from '../security-group';
import { type CallReport, createEcsClient, modifyCall } from '.';
import { badGateway, hang, refuse, reset, startScriptedServer } from './scripted-server';

const KEY = 'MARKERKEY';
const SECRET = 'MARKERSECRET';
const TOKEN = 'MARKERTOKEN';
const DESCRIPTION = 'MARKERDESCRIPTION';

it.each([
  ['a reset connection', reset],
  ['an answer that does not come', hang],
  ['a page for people', badGateway],
  [
    'a refused signature whose message repeats the string to sign',
    refuse(400, 'SignatureDoesNotMatch', `server string to sign is: POST&${KEY}&${TOKEN}`),
  ],
  ['an unknown code with a telling message', refuse(400, 'Strange.Code', `${KEY} ${TOKEN}`)],
  ['a known code whose message repeats a key', refuse(400, 'MissingParameter', `${KEY} ${SECRET}`)],
])('no secret or parameter shows after %s', async (_name, step) => {
  const server = await startScriptedServer(step);
  const reports: CallReport[] = [];
  const client = createEcsClient({
    regionId: parseRegionId('cn-hangzhou'),
    endpoint: server.endpoint,
    credentials: async () => ({ accessKeyId: KEY, accessKeySecret: SECRET, securityToken: TOKEN }),
    writeTimeoutMs: 50,
    maxAttempts: 2,
    sleep: async () => {},
    onCall: (report) => reports.push(report),
  });
  const call = modifyCall(
    'egress',
    parseRegionId('cn-hangzhou'),
    parseSecurityGroupId('sg-1'),
    { SecurityGroupRuleId: 'sgr-1' },
    DESCRIPTION,
  );

  const error: unknown = await client.execute(call, 'token-1').catch((reason: unknown) => reason);
  await server.close();

  expect(server.requests[0]?.target).toContain(DESCRIPTION);
  expect(error).toMatchObject({ name: 'EcsError' });
  const shown = [
    inspect(error, { depth: 9, showHidden: true }),
    JSON.stringify(error),
    String((error as Error).cause),
    JSON.stringify(reports),
  ].join('\n');
  expect(shown).not.toContain('MARKER');
});
