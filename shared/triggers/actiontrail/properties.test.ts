import fc from 'fast-check';
import {
  parseRegionId,
  parseRule,
  parseSecurityGroupId,
  type SecurityGroup,
} from '../../security-group';
import {
  type ActionTrailDelivery,
  decodeActionTrail,
  eventRunId,
  isOwnChange,
  showsEffect,
  subjectOf,
} from './index';
import { ACCOUNT, decodeJson, envelope, eventOf, record } from './testing/events';

const GROUP: SecurityGroup = {
  regionId: parseRegionId('cn-hangzhou'),
  id: parseSecurityGroupId('sg-a'),
  name: 'web',
  type: 'normal',
  tags: { env: 'prod' },
  serviceManaged: false,
  innerAccessPolicy: 'accept',
  rules: [parseRule({ Direction: 'egress', IpProtocol: 'TCP', DestCidrIp: '10.0.0.0/8' })],
};

/** Puts an event through everything that this room does; throws if anything that comes out is wrong. */
function examine({ events }: ActionTrailDelivery): void {
  for (const event of events) {
    const subject = subjectOf(event, ACCOUNT);
    if (subject.kind === 'groups') {
      expect(subject.securityGroupIds.map(parseSecurityGroupId)).toEqual(subject.securityGroupIds);
      expect(subject.securityGroupIds.length).toBeLessThanOrEqual(100);
    }
    if (subject.kind === 'prefix-list') expect(subject.prefixListId).toMatch(/^pl-[\w*-]+$/);
    isOwnChange(event, { accountId: ACCOUNT, roleName: 'role' });
    showsEffect(event, undefined);
    if (subject.kind === 'groups') {
      for (const id of subject.securityGroupIds) {
        const group = { ...GROUP, id };
        expect(['shows', 'missing', 'cannot tell']).toContain(
          showsEffect(event, { summary: group, group }),
        );
      }
    }
    expect(eventRunId(event)).toMatch(/^event-(unknown|\d{8}T\d{6}Z)-[0-9a-f]{16}$/);
  }
}

test('arbitrary bytes are never thrown at', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => examine(decodeActionTrail(bytes))),
  );
});

test('arbitrary JSON is never thrown at', () => {
  fc.assert(fc.property(fc.json(), (text) => examine(decodeActionTrail(Buffer.from(text)))));
});

const fieldNames = fc.constantFrom(
  ...Object.keys(record()),
  'errorCode',
  'referencedResources',
  'resourceName',
  'resourceType',
  'requestParameterJson',
  '__proto__',
  'constructor',
);
const parameterNames = fc.constantFrom(
  'SecurityGroupId',
  'RegionId',
  'ResourceId',
  'ResourceType',
  'PrefixListId',
  'SecurityGroupRuleId.1',
  'Permissions',
  'Permissions.1.IpProtocol',
  'Permissions.__proto__',
  'Tag.1.Key',
  '__proto__',
);
const parameterValues = fc.oneof(
  fc.constantFrom('sg-a', 'pl-a', 'securitygroup', 'sg-../', 'TCP'),
  fc.jsonValue(),
);
const wrongFields = fc.dictionary(fieldNames, fc.jsonValue(), { maxKeys: 4 });
const eventNames = fc.constantFrom(
  'AuthorizeSecurityGroup',
  'RevokeSecurityGroupEgress',
  'ModifySecurityGroupRule',
  'TagResources',
  'ModifyPrefixList',
);

test('records with anything in any field are never thrown at, and give valid ids only', () => {
  fc.assert(
    fc.property(
      eventNames,
      fc.dictionary(parameterNames, parameterValues),
      wrongFields,
      wrongFields,
      (eventName, requestParameters, wrong, wrongEnvelope) => {
        const data = Object.assign(record({ eventName, requestParameters }), wrong);
        examine(decodeJson(data));
        examine(decodeJson(Object.assign(envelope(data), wrongEnvelope)));
      },
    ),
    { numRuns: 300 },
  );
});

test('an event is the same alone, in a list, and with its data as a text', () => {
  fc.assert(
    fc.property(wrongFields, (wrong) => {
      const whole = envelope(record(wrong));
      const delivery = decodeJson(whole);
      if (delivery.events.length === 0) return;
      expect(decodeJson([whole, whole]).events).toEqual([...delivery.events, ...delivery.events]);
      expect(decodeJson({ ...whole, data: JSON.stringify(whole.data) })).toEqual(delivery);
    }),
  );
});

/** The same JSON with the keys of every object in reverse. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([key, nested]) => [key, reversed(nested)]));
}

test('the order of keys does not matter, also where spellings of one name meet', () => {
  fc.assert(
    fc.property(
      fc.dictionary(parameterNames, parameterValues),
      fc.dictionary(fc.constantFrom('EventId', 'eventid', 'ACSREGION'), fc.string()),
      (requestParameters, spellings) => {
        const { eventId: _, requestId: __, ...unnamed } = record({ requestParameters });
        const whole = { ...unnamed, ...spellings };
        expect(decodeJson(reversed(whole))).toEqual(decodeJson(whole));
      },
    ),
  );
});

test('the prototype of objects stays as it is', () => {
  const bytes = Buffer.from(
    '{"eventName":"X","__proto__":{"polluted":1},"requestParameters":{"__proto__":{"polluted":1},' +
      '"constructor":{"prototype":{"polluted":1}}},"referencedResources":{"__proto__":["polluted"]}}',
  );
  examine(decodeActionTrail(bytes));
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

describe('the id of a run', () => {
  test('is the same for every delivery of an event, and differs between events', () => {
    const once = decodeJson(envelope(record())).events[0];
    const again = decodeJson([envelope(JSON.stringify(record()))]).events[0];
    if (!once || !again) throw new Error('an event is missing');
    expect(eventRunId(once)).toMatch(/^event-20270331T060000Z-[0-9a-f]{16}$/);
    expect(eventRunId(again)).toBe(eventRunId(once));
    expect(eventRunId(eventOf({ eventId: 'other' }))).not.toBe(eventRunId(eventOf()));
  });

  test('does without a time', () => {
    expect(eventRunId(eventOf({ eventTime: 'soon' }))).toMatch(/^event-unknown-[0-9a-f]{16}$/);
  });
});
