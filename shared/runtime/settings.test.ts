import { readSettings } from './index';

test('without variables every region is swept, changes are made and nothing is redirected', () => {
  expect(readSettings({})).toEqual({
    dryRun: false,
    callsPerSecond: 10,
    enforceFunction: 'palisade-enforce',
    logLevel: 'info',
    webhookRequestsPerMinute: 60,
  });
});

test('every variable has its setting', () => {
  expect(
    readSettings({
      PALISADE_REGIONS: 'cn-hangzhou, ap-southeast-1',
      PALISADE_DRY_RUN: 'true',
      PALISADE_RECORDS: 'oss://records/palisade',
      PALISADE_ROLE: 'acs:ram::1234567890123456:role/palisade',
      PALISADE_WEBHOOK_SECRETS: 'whsec_one whsec_two',
      PALISADE_NOTICES: 'slack=https://hooks.slack.com/services/x',
      PALISADE_ENFORCE_FUNCTION: 'repair',
      PALISADE_FC_SERVICE: 'palisade',
      PALISADE_ECS_ENDPOINT: 'http://127.0.0.1:8080',
      PALISADE_STS_ENDPOINT: 'http://127.0.0.1:8083',
      PALISADE_FC_ENDPOINT: 'http://127.0.0.1:8081',
      PALISADE_OSS_ENDPOINT: 'http://127.0.0.1:8082',
      PALISADE_WEBHOOK_REQUESTS_PER_MINUTE: '6',
      PALISADE_LOG_LEVEL: 'DEBUG',
      PALISADE_CALLS_PER_SECOND: '25',
    }),
  ).toEqual({
    regionIds: ['cn-hangzhou', 'ap-southeast-1'],
    callsPerSecond: 25,
    dryRun: true,
    records: 'oss://records/palisade',
    roleName: 'palisade',
    webhookSecrets: 'whsec_one whsec_two',
    notices: 'slack=https://hooks.slack.com/services/x',
    enforceFunction: 'repair',
    serviceName: 'palisade',
    ecsEndpoint: 'http://127.0.0.1:8080',
    stsEndpoint: 'http://127.0.0.1:8083',
    functionComputeEndpoint: 'http://127.0.0.1:8081',
    ossEndpoint: 'http://127.0.0.1:8082',
    webhookRequestsPerMinute: 6,
    logLevel: 'debug',
  });
});

test('a variable of white space counts as not set', () => {
  expect(readSettings({ PALISADE_REGIONS: ' ', PALISADE_RECORDS: '', PALISADE_STOP: '' })).toEqual(
    readSettings({}),
  );
});

test('* stands for every region', () => {
  expect(readSettings({ PALISADE_REGIONS: '*' })).not.toHaveProperty('regionIds');
});

test.each([',', 'cn-hangzhou,', 'cn-hangzhou,,cn-beijing', 'hangzhou', 'cn-hangzhou;cn-beijing'])(
  'the regions "%s" are refused: a mistake must not leave a region out',
  (PALISADE_REGIONS) => {
    expect(() => readSettings({ PALISADE_REGIONS })).toThrow(
      /^PALISADE_REGIONS is ".*": ".*" is not a region id: write it like cn-hangzhou; divide/,
    );
  },
);

test.each(['true', 'on', 'YES', '1'])('"%s" turns a switch on', (value) => {
  expect(readSettings({ PALISADE_DRY_RUN: value }).dryRun).toBe(true);
  expect(readSettings({ PALISADE_STOP: value }).stop).toContain('PALISADE_STOP');
});

test.each(['false', 'Off', 'no', '0'])('"%s" turns a switch off', (value) => {
  expect(readSettings({ PALISADE_DRY_RUN: value }).dryRun).toBe(false);
  expect(readSettings({ PALISADE_STOP: value })).not.toHaveProperty('stop');
});

test.each(['PALISADE_DRY_RUN', 'PALISADE_STOP'])(
  'a %s that is neither is refused, so that a mistyped stop does not go on',
  (name) => {
    expect(() => readSettings({ [name]: 'ture' })).toThrow(
      `${name} is "ture": write true or false`,
    );
  },
);

test('an unknown log level is refused with those there are', () => {
  expect(() => readSettings({ PALISADE_LOG_LEVEL: 'loud' })).toThrow(
    'PALISADE_LOG_LEVEL is "loud": write trace, debug, info, warn, error, fatal, silent',
  );
});

test.each(['0', '-1', '1.5', 'many', '1000000'])(
  '"%s" requests a minute are refused',
  (PALISADE_WEBHOOK_REQUESTS_PER_MINUTE) => {
    expect(() => readSettings({ PALISADE_WEBHOOK_REQUESTS_PER_MINUTE })).toThrow(
      'write a whole number from 1 to 999999',
    );
  },
);
