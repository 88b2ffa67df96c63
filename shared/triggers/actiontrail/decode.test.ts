import { decodeActionTrail } from './index';
import { decodeJson, envelope, eventOf, record } from './testing/events';

describe('a delivery', () => {
  const enveloped = decodeJson(envelope(record())).events;

  test.each([
    ['a list of one', [envelope(record())]],
    ['data as a text', envelope(JSON.stringify(record()))],
    [
      'data as base64',
      {
        ...envelope(undefined),
        data_base64: Buffer.from(JSON.stringify(record())).toString('base64'),
      },
    ],
    [
      'data as base64 beside empty data',
      {
        ...envelope(null),
        data_base64: Buffer.from(JSON.stringify(record())).toString('base64'),
      },
    ],
  ])('is the same event as %s', (_what, delivery) => {
    expect(decodeJson(delivery)).toEqual({ events: enveloped, unreadable: [] });
    expect(enveloped).toHaveLength(1);
  });

  test('may be a bare record, whose key is then its own id', () => {
    const { events, unreadable } = decodeJson(record());
    expect(unreadable).toEqual([]);
    expect(events).toEqual([{ ...enveloped[0], key: record().eventId }]);
    expect(decodeJson([record(), record()]).events).toEqual([events[0], events[0]]);
  });

  test('may start with a byte order mark', () => {
    const bytes = Buffer.from(`\uFEFF${JSON.stringify(record())}`);
    expect(decodeActionTrail(bytes).events).toHaveLength(1);
  });

  test('of nothing in a list is no event and no mistake', () => {
    expect(decodeJson([])).toEqual({ events: [], unreadable: [] });
  });

  test.each([
    ['', 'the delivery is not JSON'],
    ['{', 'the delivery is not JSON'],
    ['\u0000\u00ff', 'the delivery is not JSON'],
    ['null', 'the delivery is not a JSON object'],
    ['5', 'the delivery is not a JSON object'],
    ['[5]', 'entry 1 of the delivery is not a JSON object'],
    ['{}', 'the delivery has neither an eventName nor an object in data'],
    ['{"data":"{"}', 'the delivery has neither an eventName nor an object in data'],
    ['{"data":{"bucket":"b"}}', 'the delivery has data without an eventName'],
    ['{"eventName":7e999}', 'the delivery has neither an eventName nor an object in data'],
    ['{"eventName":""}', 'the delivery has neither an eventName nor an object in data'],
  ])('of %j is reported with what to send', (text, problem) => {
    const { events, unreadable } = decodeActionTrail(Buffer.from(text));
    expect(events).toEqual([]);
    expect(unreadable).toEqual([expect.stringContaining(problem)]);
    expect(unreadable[0]).toContain('send ActionTrail events here');
  });

  test('keeps what is readable beside what is not', () => {
    const { events, unreadable } = decodeJson([record(), 'x', envelope(record())]);
    expect(events).toHaveLength(2);
    expect(unreadable).toEqual([expect.stringContaining('entry 2 of the delivery')]);
  });

  test('over one megabyte is reported and not read', () => {
    const long = decodeJson(record({ userAgent: 'x'.repeat(1_048_576) }));
    expect(long).toEqual({ events: [], unreadable: [expect.stringContaining('at most 1048576')] });
  });

  test('of more than a thousand events is read to the thousandth, and the rest reported', () => {
    const { events, unreadable } = decodeJson(Array(1_001).fill({ eventName: 'X' }));
    expect(events).toHaveLength(1_000);
    expect(unreadable).toEqual([expect.stringContaining('only the first 1000 were read')]);
  });

  test.each([1, 100, 500_000])('nested by %i levels too many is reported', (levels) => {
    const depth = 31 + levels;
    const text = `{"eventName":"X","deep":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(decodeActionTrail(Buffer.from(text)).unreadable).toEqual([
      expect.stringContaining('nested too deep'),
    ]);
  });

  test('nested as deep as is allowed is read', () => {
    const text = `{"eventName":"X","deep":${'['.repeat(31)}${']'.repeat(31)}}`;
    expect(decodeActionTrail(Buffer.from(text)).events).toHaveLength(1);
  });
});

describe('the key of an event', () => {
  const key = (value: unknown) => decodeJson(value).events[0]?.key;

  test('is the source and id of its envelope, whatever else a second delivery changes', () => {
    const second = envelope(record({ eventId: 'other' }), { aliyunpublishtime: 'later' });
    expect(key(envelope(record()))).toBe('acs.actiontrail|e0e0e0e0-0000-4000-8000-000000000001');
    expect(key(second)).toBe(key(envelope(record())));
    expect(key(envelope(record(), { source: 'acs.ecs' }))).not.toBe(key(second));
  });

  test('is the id of the record where the envelope lacks source or id', () => {
    expect(key(envelope(record(), { id: '' }))).toBe(record().eventId);
    expect(key(envelope(record(), { source: undefined }))).toBe(record().eventId);
  });

  test('is the request and the call where the record has no id', () => {
    const { eventId: _, ...unnamed } = record();
    expect(key(unnamed)).toBe(`${unnamed.requestId}|AuthorizeSecurityGroupEgress`);
  });

  test('is a digest of the record where there is no id at all, for any order of its keys', () => {
    const { eventId: _, requestId: __, ...unnamed } = record();
    const reversed = Object.fromEntries(Object.entries(unnamed).reverse());
    expect(key(unnamed)).toMatch(/^[0-9a-f]{64}$/);
    expect(key(reversed)).toBe(key(unnamed));
    expect(key({ ...unnamed, acsRegion: 'cn-beijing' })).not.toBe(key(unnamed));
  });
});

describe('an event', () => {
  test('has what its record says, and no access key', () => {
    const event = eventOf();
    expect(event).toMatchObject({
      id: 'B6E1C0DE-0000-4000-8000-000000000001',
      name: 'AuthorizeSecurityGroupEgress',
      service: 'Ecs',
      type: 'ApiCall',
      access: 'Write',
      time: '2027-03-31T06:00:00.000Z',
      regionId: 'cn-hangzhou',
      accountId: '1234567890123456',
      clientToken: 'token-1',
      errorCode: undefined,
      sourceIp: '203.0.113.7',
      principal: { type: 'ram-user', name: 'lin', roleName: undefined },
    });
    expect(JSON.stringify([event, ...event.parameters])).not.toContain('LTAI');
  });

  test('keeps no secrets of calls to other products', () => {
    const { parameters, responseElements } = eventOf({
      requestParameters: {
        AccessKeyId: 'a',
        SecurityToken: 'b',
        'User.1.Password': 'c',
        Name: 'd',
      },
      responseElements: { AccessKey: { AccessKeySecret: 'e' } },
    });
    expect([...parameters]).toEqual([['Name', 'd']]);
    expect([...responseElements]).toEqual([]);
  });

  test.each([['1'], [1]])('may have the version %j', (eventVersion) => {
    expect(eventOf({ eventVersion })).toEqual(eventOf());
  });

  test('succeeded if its errorCode is absent or empty', () => {
    expect(eventOf({ errorCode: '', errorMessage: '' }).errorCode).toBeUndefined();
    expect(eventOf({ errorCode: null }).errorCode).toBeUndefined();
    expect(eventOf({ errorCode: 'Forbidden.RAM' }).errorCode).toBe('Forbidden.RAM');
  });

  test('of a system actor has neither an account of its own nor parameters', () => {
    const { events } = decodeJson(
      envelope({
        eventId: 'B6E1C0DE-0000-4000-8000-000000000002',
        eventVersion: 1,
        eventName: 'DeleteDisk',
        serviceName: 'Ecs',
        sourceIpAddress: 'ecs.aliyuncs.com',
        userIdentity: { type: 'system', userName: 'ecs.aliyuncs.com' },
        eventTime: '2027-03-31T06:00:00Z',
      }),
    );
    expect(events).toMatchObject([
      {
        principal: { type: 'system', accountId: undefined, name: 'ecs.aliyuncs.com' },
        accountId: '1234567890123456',
        regionId: 'cn-hangzhou',
      },
    ]);
    expect(events[0]?.parameters.size).toBe(0);
  });

  test('is read with fields in another case, and by the documented spelling first', () => {
    const shouting = Object.entries(record()).map(([key, value]) => [key.toUpperCase(), value]);
    expect(decodeJson(Object.fromEntries(shouting)).events).toEqual([eventOf()]);
    expect(eventOf({ ACSREGION: 'cn-beijing', requestParameters: {} }).regionId).toBe(
      'cn-hangzhou',
    );
  });

  test('has the time of its record in UTC, otherwise that of the envelope', () => {
    const timeOf = (eventTime: unknown) =>
      decodeJson(envelope(record({ eventTime }))).events[0]?.time;
    expect(timeOf('2027-03-31T06:00:00')).toBe('2027-03-31T06:00:00.000Z');
    expect(timeOf('2027-03-31T06:00:00.25+0800')).toBe('2027-03-30T22:00:00.250Z');
    for (const wrong of ['', 'soon', '1', 1_800_000_000, null, '2027-13-01T00:00:00Z', {}]) {
      expect(timeOf(wrong)).toBe('2027-03-31T06:00:05.000Z');
    }
    expect(timeOf('9999-12-31T23:59:59-12:00')).toBe('2027-03-31T06:00:05.000Z');
    expect(eventOf({ eventTime: 'soon' }).time).toBeUndefined();
  });

  test('is in the region that was asked for, rather than where it arose', () => {
    const regionOf = (RegionId: unknown, acsRegion: unknown) =>
      eventOf({ requestParameters: { RegionId }, acsRegion }).regionId;
    expect(regionOf('cn-beijing', 'cn-hangzhou')).toBe('cn-beijing');
    expect(regionOf(undefined, 'cn-hangzhou')).toBe('cn-hangzhou');
    expect(regionOf('../cn', 'cn-hangzhou')).toBe('cn-hangzhou');
    expect(regionOf(undefined, 'CN?x=1')).toBeUndefined();
  });

  test('takes its account from the record it is about, then the caller, then the envelope', () => {
    const accountOf = (changes: object, extra: Record<string, unknown> = {}) =>
      decodeJson(envelope({ ...record(), ...changes }, extra)).events[0]?.accountId;
    expect(accountOf({ recipientAccountId: '99' })).toBe('99');
    expect(accountOf({ recipientAccountId: undefined, userIdentity: { accountId: 98 } })).toBe(
      '98',
    );
    const none = { recipientAccountId: undefined, userIdentity: undefined };
    expect(accountOf(none, { aliyunoriginalaccountid: '97' })).toBe('97');
    expect(accountOf(none)).toBe('1234567890123456');
  });

  test('has no account rather than one whose digits were lost', () => {
    const bytes = '{"eventName":"X","recipientAccountId":123456789012345678901}';
    expect(decodeActionTrail(Buffer.from(bytes)).events[0]?.accountId).toBeUndefined();
  });
});
