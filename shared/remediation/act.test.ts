import { type FaultHook, type LocalCloud, startLocalCloud } from '../../local-cloud';
import { makeGroup, summariesOf } from '../../test/support';
import {
  authorizeCalls,
  createEcsClient,
  type EcsClient,
  modifyCall,
  type NewPermission,
  type WriteCall,
} from '../ecs';
import { parseRegionId, parseSecurityGroupId } from '../security-group';
import { readBack, sendCalls, withTokens } from './act';

const regionId = parseRegionId('cn-hangzhou');
const id = parseSecurityGroupId('sg-web');
const https = {
  Direction: 'ingress',
  IpProtocol: 'TCP',
  PortRange: '443/443',
  SourceCidrIp: '0.0.0.0/0',
};
const inventory = [
  {
    RegionId: 'cn-hangzhou',
    SecurityGroups: [makeGroup('sg-web', [https]), makeGroup('sg-peer', [])],
    PrefixLists: [],
  },
];
const summary = summariesOf(inventory)[0];

let cloud: LocalCloud;
let ecs: EcsClient;
let fault: FaultHook | undefined;
let clock: number;
let waits: number[];

async function start(readLagMs = 0): Promise<void> {
  clock = Date.now();
  waits = [];
  fault = undefined;
  cloud = await startLocalCloud({
    inventory,
    now: () => clock,
    fault: (call) => fault?.(call),
    ecs: { readLagMs },
  });
  ecs = createEcsClient({
    regionId,
    endpoint: cloud.endpoint,
    credentials: async () => cloud,
    sleep: async () => {},
    maxAttempts: 2,
  });
}
afterEach(() => cloud.close());

const sleep = async (milliseconds: number) => {
  waits.push(milliseconds);
  clock += milliseconds;
};

function deny(to: Partial<NewPermission>): WriteCall {
  const [call] = authorizeCalls('egress', regionId, id, [
    { Policy: 'drop', Priority: '1', IpProtocol: 'TCP', PortRange: '25/25', ...to },
  ]);
  if (!call) throw new Error('there is no call');
  return call;
}
const denyIpv4 = deny({ DestCidrIp: '0.0.0.0/0' });
const denyIpv6 = deny({ Ipv6DestCidrIp: '::/0' });
const describeHttps = modifyCall(
  'ingress',
  regionId,
  id,
  { ...https, SecurityGroupRuleId: 'sgr-webr0' },
  'web | shop',
);
const send = (...calls: WriteCall[]) => sendCalls(ecs, withTokens(calls, 'timer'), Date.now);

async function readAfter(...calls: WriteCall[]) {
  if (!summary) throw new Error('there is no group');
  const results = await send(...calls);
  cloud.calls.clear();
  return readBack(ecs, summary, results, sleep);
}
const reads = () => cloud.calls.all().length;

describe('sending', () => {
  beforeEach(() => start());

  it('goes in order, each call with its token and its request id', async () => {
    const results = await send(denyIpv4, denyIpv6, describeHttps);
    const calls = cloud.calls.all();
    expect(results.map(({ outcome }) => outcome)).toEqual(
      calls.map(({ requestId }) => ({ status: 'done', requestId, attempts: 1 })),
    );
    expect(results.map((result) => result.clientToken)).toEqual(
      calls.map((call) => call.clientToken),
    );
    expect(calls.map((call) => call.action)).toEqual([
      'AuthorizeSecurityGroupEgress',
      'AuthorizeSecurityGroupEgress',
      'ModifySecurityGroupRule',
    ]);
  });

  it('stops at the first call that is refused', async () => {
    fault = ({ parameters }) =>
      parameters.get('Permissions.1.Ipv6DestCidrIp')
        ? {
            kind: 'error',
            status: 400,
            code: 'AuthorizationLimitExceed',
            message: 'full',
            when: 'before',
          }
        : undefined;
    const results = await send(denyIpv4, denyIpv6, describeHttps);
    expect(results.map(({ outcome }) => outcome.status)).toEqual(['done', 'failed', 'not-sent']);
    expect(results[1]?.outcome).toMatchObject({
      kind: 'quota',
      code: 'AuthorizationLimitExceed',
      requestId: cloud.calls.all()[1]?.requestId,
      message: expect.stringContaining('sg-web'),
    });
    expect(cloud.calls.all()).toHaveLength(2);
  });

  it('stops at the first call whose outcome stays unknown', async () => {
    fault = () => ({ kind: 'reset-after' });
    const results = await send(denyIpv4, denyIpv6);
    expect(results.map(({ outcome }) => outcome)).toEqual([
      expect.objectContaining({ status: 'unknown', kind: 'unknown-outcome' }),
      { status: 'not-sent' },
    ]);
    expect(new Set(cloud.calls.all().map((call) => call.clientToken)).size).toBe(1);
  });

  it('uses the same tokens for the same trigger and others for another', () => {
    const tokens = (trigger: string) =>
      withTokens([denyIpv4, denyIpv6], trigger).map((call) => call.clientToken);
    expect(tokens('timer 1')).toEqual(tokens('timer 1'));
    expect(new Set([...tokens('timer 1'), ...tokens('timer 2')]).size).toBe(4);
  });
});

describe('reading back', () => {
  it('needs one read when everything shows', async () => {
    await start();
    const reading = await readAfter(denyIpv4, denyIpv6, describeHttps);
    expect(reading).toMatchObject({ status: 'complete' });
    expect([reads(), waits]).toEqual([1, []]);
  });

  it.each<[string, Partial<NewPermission>]>([
    ['a group of the same account', { DestGroupId: 'sg-peer' }],
    ['a single address', { DestCidrIp: '192.0.2.1' }],
    ['an address with host bits', { DestCidrIp: '192.0.2.1/24' }],
    ['IPv6 in another spelling', { Ipv6DestCidrIp: '2001:DB8:0::/32' }],
  ])('knows a rule again whose peer is %s', async (_name, peer) => {
    await start();
    await readAfter(deny(peer));
    expect([reads(), waits]).toEqual([1, []]);
  });

  it('waits, longer each time, for a change that does not show yet', async () => {
    await start(1_000);
    const reading = await readAfter(denyIpv4);
    expect(waits).toEqual([200, 400, 800]);
    expect(reading.status === 'complete' && reading.group.rules).toHaveLength(2);
  });

  it('waits for a description too', async () => {
    await start(500);
    const reading = await readAfter(describeHttps);
    expect(waits).toEqual([200, 400]);
    expect(reading.status === 'complete' && reading.group.rules[0]?.description).toBe('web | shop');
  });

  it('gives what it read last when the change never shows', async () => {
    await start(60 * 60 * 1_000);
    const reading = await readAfter(denyIpv4);
    expect(waits).toEqual([200, 400, 800, 1600, 3200]);
    expect(reading.status === 'complete' && reading.group.rules).toHaveLength(1);
  });

  it('waits for no change that was refused', async () => {
    await start();
    fault = ({ action }) =>
      action.startsWith('Authorize')
        ? { kind: 'error', status: 403, code: 'Forbidden.RAM', message: 'no', when: 'before' }
        : undefined;
    await readAfter(denyIpv4);
    expect([reads(), waits]).toEqual([1, []]);
  });

  it('is unknown when the group cannot be read any more', async () => {
    await start();
    fault = ({ action }) =>
      action.startsWith('Describe')
        ? { kind: 'error', status: 403, code: 'Forbidden.RAM', message: 'no', when: 'before' }
        : undefined;
    expect(await readAfter(denyIpv4)).toMatchObject({ status: 'unknown' });
    expect(waits).toEqual([]);
  });
});
