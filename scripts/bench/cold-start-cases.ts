import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { PolicySet } from '../../shared/policy';
import { cutIntoShards, payloadOf, runLimits, WHOLE } from '../../shared/remediation';
import { parseRegionId, parseSecurityGroupId } from '../../shared/security-group';
import type { FUNCTION_NAMES } from '../build-functions';

export const ACCOUNT = '1234567890123456';
export const REGION = parseRegionId('cn-hangzhou');
export const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const GROUP = parseSecurityGroupId('sg-bp1coldstart');

/** What a process is started for. */
export interface Case {
  readonly name: string;
  readonly function: (typeof FUNCTION_NAMES)[number];
  readonly store: 'folder' | 'oss';
  /** What the time is taken to: the first request that is signed, or the answer where none is sent. */
  readonly until: 'first request to ECS' | 'first request' | 'answer';
  /** What the answer must hold, where there is one. */
  readonly expected?: string;
  readonly event: string;
}

/** The ways in which each function is started. */
export function coldStartCases(policies: PolicySet): Case[] {
  const time = new Date().toISOString();
  const run = {
    runId: 'cold-start',
    part: WHOLE,
    trigger: { kind: 'timer' as const, id: 'cold-start', time },
    dryRun: false,
    policies,
    limits: runLimits(policies, 1),
  };
  const [shard] = cutIntoShards(
    run,
    [{ id: GROUP, regionId: REGION, name: '', type: 'normal', tags: {}, serviceManaged: false }],
    10,
  );
  const toEcs = { store: 'folder', until: 'first request to ECS' } as const;
  const enforce = { function: 'enforce', event: shard ? payloadOf(run, shard) : '' } as const;
  return [
    {
      ...toEcs,
      name: 'sweep: timer',
      function: 'sweep',
      event: JSON.stringify({ triggerTime: time, triggerName: 'daily', payload: '' }),
    },
    { ...toEcs, ...enforce, name: 'enforce: shard' },
    { ...enforce, name: 'enforce: shard, records in OSS', store: 'oss', until: 'first request' },
    {
      ...toEcs,
      name: 'actiontrail: change by another',
      function: 'actiontrail',
      event: change('AuthorizeSecurityGroupEgress', time),
    },
    {
      name: 'actiontrail: event about something else',
      function: 'actiontrail',
      store: 'oss',
      until: 'answer',
      expected: '"ignored":1',
      event: change('StartInstance', time),
    },
    {
      ...toEcs,
      name: 'webhook: signed request, waits',
      function: 'webhook',
      event: request(true, time),
    },
    {
      name: 'webhook: unsigned request, 401',
      function: 'webhook',
      store: 'oss',
      until: 'answer',
      expected: '"statusCode":401',
      event: request(false, time),
    },
  ];
}

/** An event of ActionTrail as EventBridge delivers it. */
function change(eventName: string, time: string): string {
  return JSON.stringify({
    id: randomUUID(),
    source: 'acs.ecs',
    specversion: '1.0',
    type: 'ecs:ActionTrail:ApiCall',
    time,
    aliyunaccountid: ACCOUNT,
    data: {
      eventId: randomUUID(),
      eventName,
      eventRW: 'Write',
      eventType: 'ApiCall',
      eventTime: time,
      serviceName: 'Ecs',
      acsRegion: REGION,
      requestId: randomUUID(),
      recipientAccountId: ACCOUNT,
      userIdentity: { type: 'ram-user', accountId: ACCOUNT, userName: 'somebody' },
      requestParameters: { RegionId: REGION, SecurityGroupId: GROUP },
    },
  });
}

function request(isSigned: boolean, time: string): string {
  const id = `msg_${randomUUID()}`;
  const body = JSON.stringify({
    targets: [{ region: REGION, groups: [GROUP] }],
    mode: 'enforce',
    reason: 'cold start',
    requester: 'bench',
    wait: true,
  });
  const at = new Date(time);
  return JSON.stringify({
    version: 'v1',
    rawPath: '/',
    headers: {
      'content-type': 'application/json',
      'content-length': String(body.length),
      ...(isSigned
        ? {
            'webhook-id': id,
            'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
            'webhook-signature': new Webhook(WEBHOOK_SECRET).sign(id, at, body),
          }
        : {}),
    },
    requestContext: { http: { method: 'POST', path: '/' } },
    body,
    isBase64Encoded: false,
  });
}
