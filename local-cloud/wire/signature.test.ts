import type { WireRequest } from './http';
import type { Pairs } from './percent-encoding';
import { readV1Signature } from './signature-v1';
import { readV3Signature } from './signature-v3';

describe('the published example of the V3 signature', () => {
  const signedHeaders = [
    'host',
    'x-acs-action',
    'x-acs-content-sha256',
    'x-acs-date',
    'x-acs-signature-nonce',
    'x-acs-version',
  ].join(';');
  const signature = '06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0';
  const request: WireRequest = {
    method: 'POST',
    path: '/',
    rawQuery: 'RegionId=cn-shanghai&ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd',
    headers: {
      host: 'ecs.cn-shanghai.aliyuncs.com',
      'x-acs-action': 'RunInstances',
      'x-acs-version': '2014-05-26',
      'x-acs-date': '2023-10-26T10:22:32Z',
      'x-acs-signature-nonce': '3156853299f313e23d1673dc12e1703d',
      'x-acs-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      authorization: `ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=${signedHeaders},Signature=${signature}`,
    },
    body: Buffer.alloc(0),
  };

  test('is verified to the letter', () => {
    const claim = readV3Signature(request);
    expect(claim.accessKeyId).toBe('YourAccessKeyId');
    expect(claim.expectedSignature('YourAccessKeySecret')).toBe(signature);
    expect(claim.signature).toBe(signature);
    expect(claim.describe()).toContain(
      'ACS3-HMAC-SHA256\n7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259\n',
    );
  });

  test('is not affected by the case of SignedHeaders or by spaces after the commas', () => {
    const claim = readV3Signature({
      ...request,
      headers: {
        ...request.headers,
        authorization: `ACS3-HMAC-SHA256  Credential=YourAccessKeyId, SignedHeaders=${signedHeaders.toUpperCase()}, Signature=${signature}`,
      },
    });
    expect(claim.expectedSignature('YourAccessKeySecret')).toBe(claim.signature);
  });

  test.each([
    ['method', { ...request, method: 'GET' }],
    ['path', { ...request, path: '//' }],
    ['query', { ...request, rawQuery: `${request.rawQuery}&x=y` }],
    ['body', { ...request, body: Buffer.from('x') }],
    ['host', { ...request, headers: { ...request.headers, host: 'other' } }],
  ])('does not hold for another %s', (_part, changed) => {
    expect(readV3Signature(changed).expectedSignature('YourAccessKeySecret')).not.toBe(signature);
  });
});

describe('the published example of the V1 signature', () => {
  const pairs: Pairs = [
    ['Timestamp', '2016-02-23T12:46:24Z'],
    ['Format', 'XML'],
    ['AccessKeyId', 'testid'],
    ['Action', 'DescribeRegions'],
    ['SignatureMethod', 'HMAC-SHA1'],
    ['SignatureNonce', '3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf'],
    ['Version', '2014-05-26'],
    ['SignatureVersion', '1.0'],
    ['Signature', 'OLeaidS1JvxuMvnyHOwuJ+uX5qY='],
  ];

  test('is verified to the letter', () => {
    const claim = readV1Signature('GET', pairs);
    expect(claim.expectedSignature('testsecret')).toBe('OLeaidS1JvxuMvnyHOwuJ+uX5qY=');
    expect(claim.signature).toBe('OLeaidS1JvxuMvnyHOwuJ+uX5qY=');
    expect(claim.describe()).toBe(
      'GET&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeRegions%26Format%3DXML%26SignatureMethod%3DHMAC-SHA1' +
        '%26SignatureNonce%3D3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf%26SignatureVersion%3D1.0' +
        '%26Timestamp%3D2016-02-23T12%253A46%253A24Z%26Version%3D2014-05-26',
    );
  });

  test('does not hold for another method', () => {
    expect(readV1Signature('POST', pairs).expectedSignature('testsecret')).not.toBe(
      'OLeaidS1JvxuMvnyHOwuJ+uX5qY=',
    );
  });

  test.each([
    'AccessKeyId',
    'Signature',
    'SignatureMethod',
    'SignatureVersion',
    'SignatureNonce',
    'Timestamp',
  ])('is refused without %s', (name) => {
    expect(() =>
      readV1Signature(
        'GET',
        pairs.filter(([other]) => other !== name),
      ),
    ).toThrow(expect.objectContaining({ status: 400, code: `Missing${name}` }));
  });
});
