import { MOST_COMPRESSED_BYTES } from './build-functions';
import { BuildError } from './bundle';
import { checkSizes, partsOf } from './size-budget';

const weighed = {
  name: 'palisade-webhook',
  compressedBytes: MOST_COMPRESSED_BYTES + 12 * 1024,
  parts: { 'ali-oss': 90 * 1024, 'shared/ecs': 30 * 1024, pino: 5 * 1024 },
};

test('a function as large as it may be is fine', () => {
  expect(() => checkSizes([{ ...weighed, compressedBytes: MOST_COMPRESSED_BYTES }])).not.toThrow();
});

test('a function that is too large is refused with what it is made of, largest first', () => {
  expect(() => checkSizes([weighed])).toThrow(BuildError);
  expect(() => checkSizes([weighed])).toThrow(
    /^palisade-webhook has 212 kB compressed and may have 200 kB\. .*made of ali-oss 90\.0 kB, shared\/ecs 30\.0 kB, pino 5\.0 kB\nLoad what/,
  );
});

test('what grew since the function last fitted is named, and nothing else', () => {
  const before = { 'ali-oss': 90 * 1024, 'shared/ecs': 10 * 1024 };
  expect(() => checkSizes([{ ...weighed, before }])).toThrow(
    /Since it last fitted, .* grew by shared\/ecs \+20\.0 kB, pino \+5\.0 kB\n/,
  );
});

test('bytes are added up by package, by room, and for the policies', () => {
  const sources = {
    'node_modules/@alicloud/fc2/lib/client.js': 3,
    'node_modules/@alicloud/fc2/lib/other.js': 4,
    'node_modules/pino/node_modules/sonic-boom/index.js': 5,
    'left-out:pino sonic-boom': 2,
    'shared/ecs/call.ts': 6,
    'functions/sweep.ts': 7,
    '<define:COMPILED_POLICIES>': 8,
    'shared/fc/index.ts': 0,
  };
  expect(partsOf([{ name: 'index.js', content: Buffer.alloc(0), sources }])).toEqual({
    '@alicloud/fc2': 7,
    'functions/sweep.ts': 7,
    pino: 2,
    policies: 8,
    'shared/ecs': 6,
    'sonic-boom': 5,
  });
});
