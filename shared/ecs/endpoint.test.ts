import { parseRegionId } from '../security-group';
import { parseEndpoint } from './endpoint';

const regionId = parseRegionId('cn-hangzhou');

it.each([
  [undefined, { protocol: 'HTTPS' }],
  ['ecs.cn-hangzhou.aliyuncs.com', { protocol: 'HTTPS', host: 'ecs.cn-hangzhou.aliyuncs.com' }],
  ['127.0.0.1:8080', { protocol: 'HTTP', host: '127.0.0.1:8080' }],
  ['localhost', { protocol: 'HTTP', host: 'localhost' }],
  ['[::1]:8080', { protocol: 'HTTP', host: '[::1]:8080' }],
  ['127.0.0.1.example.com', { protocol: 'HTTPS', host: '127.0.0.1.example.com' }],
  ['https://127.0.0.1:8443', { protocol: 'HTTPS', host: '127.0.0.1:8443' }],
  ['https://ecs.example.com/', { protocol: 'HTTPS', host: 'ecs.example.com' }],
  ['http://127.0.0.1:8080', { protocol: 'HTTP', host: '127.0.0.1:8080' }],
  ['HTTP://127.0.0.1:8080/', { protocol: 'HTTP', host: '127.0.0.1:8080' }],
])('an endpoint %s means %j', (text, endpoint) => {
  expect(parseEndpoint(regionId, text)).toEqual({ regionId, ...endpoint });
});

it.each([
  '',
  'http://',
  'ftp://host',
  'http://host/path',
  'http://user:hidden@host',
  'a b',
  '127.0.0.1:65536',
])('an endpoint %j is refused without being repeated', (text) => {
  expect(() => parseEndpoint(regionId, text)).toThrow(RangeError);
  expect(() => parseEndpoint(regionId, text)).not.toThrow(/hidden/);
});
