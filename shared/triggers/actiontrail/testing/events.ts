import { type ActionTrailEvent, decodeActionTrail } from '../index';

export const ACCOUNT = '1234567890123456';

/** A record in the documented shape: someone adds a rule to a group by its parameters. */
export function record(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    eventId: 'B6E1C0DE-0000-4000-8000-000000000001',
    eventVersion: '1',
    eventName: 'AuthorizeSecurityGroupEgress',
    eventRW: 'Write',
    eventType: 'ApiCall',
    eventTime: '2027-03-31T06:00:00Z',
    eventSource: 'ecs.aliyuncs.com',
    serviceName: 'Ecs',
    apiVersion: '2014-05-26',
    acsRegion: 'cn-hangzhou',
    requestId: 'B6E1C0DE-0000-4000-8000-00000000000A',
    recipientAccountId: ACCOUNT,
    sourceIpAddress: '203.0.113.7',
    userAgent: 'AlibabaCloud (Linux; amd64)',
    userIdentity: {
      type: 'ram-user',
      accountId: ACCOUNT,
      principalId: '20990000000000001',
      accessKeyId: 'LTAIexample',
      userName: 'lin',
      sessionContext: { attributes: { mfaAuthenticated: 'false' } },
    },
    requestParameters: {
      RegionId: 'cn-hangzhou',
      SecurityGroupId: 'sg-aa11',
      ClientToken: 'token-1',
      'Permissions.1.IpProtocol': 'TCP',
      'Permissions.1.PortRange': '25/25',
      'Permissions.1.DestCidrIp': '0.0.0.0/0',
    },
    responseElements: { RequestId: 'B6E1C0DE-0000-4000-8000-00000000000A' },
    ...changes,
  };
}

/** The envelope that EventBridge puts around a record. */
export function envelope(data: unknown, changes: Record<string, unknown> = {}) {
  return {
    id: 'e0e0e0e0-0000-4000-8000-000000000001',
    source: 'acs.actiontrail',
    specversion: '1.0',
    type: 'actiontrail:ActionTrail:ApiCall',
    subject: `acs.ecs:cn-hangzhou:${ACCOUNT}:sg-aa11`,
    datacontenttype: 'application/json;charset=utf-8',
    time: '2027-03-31T14:00:05+08:00',
    aliyunaccountid: ACCOUNT,
    aliyunregionid: 'cn-hangzhou',
    data,
    ...changes,
  };
}

export function decodeJson(value: unknown) {
  return decodeActionTrail(Buffer.from(JSON.stringify(value)));
}

/** The one event of a record, decoded. */
export function eventOf(changes: Record<string, unknown> = {}): ActionTrailEvent {
  const { events } = decodeJson(record(changes));
  if (events[0] === undefined) throw new Error('the record gives no event');
  return events[0];
}
