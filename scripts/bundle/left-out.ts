const HANDED_OVER = 'credentials are handed to the clients';
const DEBUG = 'it logs requests with their signatures when DEBUG is set, and takes 2 ms to load';
const ONE_REQUEST = 'a record fits one request';
const OTHER_OBJECT_CALLS = 'records are only written, read and listed';

/**
 * Modules that packages require but that no call of the product comes to, with the reason. In the bundles
 * each is replaced, by something that throws when it is called unless REPLACED says otherwise.
 */
export const LEFT_OUT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '@darabonba/typescript': {
    './websocket': 'no API is called over WebSocket',
    './file': 'nothing is sent from files',
    './date': 'for dates in other APIs; it brings moment',
    lodash: 'merge() is for other SDKs',
  },
  '@alicloud/openapi-core': {
    './websocketUtils': 'no API is called over WebSocket',
    '@alicloud/gateway-spi': 'for signature version v4 of other products',
  },
  '@alicloud/credentials': {
    './providers/ram_role_arn': HANDED_OVER,
    './providers/oidc_role_arn': HANDED_OVER,
    './providers/ecs_ram_role': HANDED_OVER,
    './providers/default': HANDED_OVER,
    './providers/uri': HANDED_OVER,
    './providers/cli_profile': HANDED_OVER,
    './providers/profile': HANDED_OVER,
    './providers/env': HANDED_OVER,
    './rsa_key_pair_credential': HANDED_OVER,
    './bearer_token_credential': HANDED_OVER,
  },
  httpx: { debug: DEBUG },
  '@alicloud/fc2': {
    debug: DEBUG,
    './es5/client.js': 'for Node before 8',
    'ali-oss': 'for uploading code',
    axios: 'for uploading code',
    ws: 'for sessions in instances',
  },
  'ali-oss': {
    debug: DEBUG,
    './bucket': 'the bucket is there',
    './common/bucket': 'the bucket is there',
    './common/image': 'records are no images',
    './image': 'records are no images',
    './managed-upload': ONE_REQUEST,
    './common/multipart': ONE_REQUEST,
    './common/multipart-copy': ONE_REQUEST,
    './common/parallel': ONE_REQUEST,
    './rtmp': 'records are no video',
    './cluster': 'there is one endpoint',
    './sts': HANDED_OVER,
    bowser: 'for browsers',
    platform: 'it tries many regular expressions to name the system in the user agent',
    mime: 'it guesses the type of contents by the names of objects, and records are written with theirs',
    './asyncSignatureUrl': OTHER_OBJECT_CALLS,
    './calculatePostSignature': OTHER_OBJECT_CALLS,
    './copyObject': OTHER_OBJECT_CALLS,
    './delete': OTHER_OBJECT_CALLS,
    './deleteMulti': OTHER_OBJECT_CALLS,
    './deleteObjectTagging': OTHER_OBJECT_CALLS,
    './generateObjectUrl': OTHER_OBJECT_CALLS,
    './getACL': OTHER_OBJECT_CALLS,
    './getAsyncFetch': OTHER_OBJECT_CALLS,
    './getBucketVersions': OTHER_OBJECT_CALLS,
    './getObjectMeta': OTHER_OBJECT_CALLS,
    './getObjectTagging': OTHER_OBJECT_CALLS,
    './getObjectUrl': OTHER_OBJECT_CALLS,
    './getSymlink': OTHER_OBJECT_CALLS,
    './head': OTHER_OBJECT_CALLS,
    './postAsyncFetch': OTHER_OBJECT_CALLS,
    './putACL': OTHER_OBJECT_CALLS,
    './putObjectTagging': OTHER_OBJECT_CALLS,
    './putSymlink': OTHER_OBJECT_CALLS,
    './signPostObjectPolicyV4': OTHER_OBJECT_CALLS,
    './signatureUrl': OTHER_OBJECT_CALLS,
    './signatureUrlV4': OTHER_OBJECT_CALLS,
  },
  qs: {
    './parse': 'queries are only written',
    'side-channel':
      'a WeakMap for engines that have none; it brings a printer of all kinds of objects',
  },
  urllib: {
    'iconv-lite': 'contents are read as bytes',
    formstream: 'no forms are sent',
    'digest-header': 'OSS has signatures of its own',
    'proxy-agent': 'no proxy is set; it is not installed either',
  },
  'os-name': { 'win-release': 'functions run on Linux' },
  utility: { 'mz/fs': 'for files of JSON' },
  xml2js: { './builder': 'XML is only read' },
  pino: {
    './lib/transport': 'logs go to standard output',
    './transport': 'logs go to standard output',
    'sonic-boom': 'logs go to standard output',
    './lib/multistream': 'logs go to standard output',
    'safe-stable-stringify':
      'for objects that contain themselves, for which pino has a text otherwise',
  },
  'pino-std-serializers': {
    './lib/req': 'requests are not logged',
    './lib/res': 'answers are not logged',
  },
};

/**
 * What replaces some of these instead: an object without fields, a function that is called while its package is
 * loaded and gives what throws, one that makes loggers that log nothing, one that makes a WeakMap, a guesser of
 * types that knows none, or a maker of writers that refuse every object.
 */
export const REPLACED: Readonly<
  Record<string, 'empty' | 'factory' | 'silent' | 'weak-map' | 'no-types' | 'no-writer'>
> = {
  'ali-oss platform': 'empty',
  'ali-oss ./image': 'factory',
  'ali-oss ./cluster': 'factory',
  'ali-oss debug': 'silent',
  'ali-oss mime': 'no-types',
  'httpx debug': 'silent',
  '@alicloud/fc2 debug': 'silent',
  'qs side-channel': 'weak-map',
  'pino safe-stable-stringify': 'no-writer',
};
