import { gzipSync } from 'node:zlib';
import { makeInventory, makeRun, shardsOf, summariesOf } from '../../test/support';
import { decodeShard, encodeShard } from './shard-payload';
import { cutIntoShards, payloadOf } from './shards';

const groups = summariesOf(makeInventory({ 'cn-hangzhou': 3, 'cn-shanghai': 2 }));
const run = makeRun('payload', groups, { policyIds: ['no-mail-out'] });
const shards = shardsOf(run, 10);

it('a shard is read back as it was sent', () => {
  expect(shards).toHaveLength(2);
  for (const shard of shards) expect(decodeShard(Buffer.from(encodeShard(shard)))).toEqual(shard);
});

it('a shard takes the same bytes whether its groups were packed when it was cut or are now', () => {
  const payloads = cutIntoShards(run, groups, 10).map((shard) => payloadOf(run, shard));
  expect(shards.map(encodeShard)).toEqual(payloads);
});

const pack = (value: unknown) => gzipSync(JSON.stringify(value)).toString('base64');
const [first] = shards;
const sent = JSON.parse(first ? encodeShard(first) : '{}') as Record<string, unknown>;
const decode = (value: unknown) => () => decodeShard(Buffer.from(JSON.stringify(value)));

it('what is not JSON is refused', () => {
  expect(() => decodeShard(Buffer.from('{'))).toThrow(
    /not JSON: this function is called by the sweep/,
  );
});

it.each([
  null,
  'text',
  [],
  { ...sent, version: 1 },
  { ...sent, runId: undefined },
  { ...sent, trigger: {} },
  { ...sent, dryRun: 'false' },
  { ...sent, limits: { maxChanges: 1.5, maxGroups: 1 } },
  { ...sent, limits: undefined },
  { ...sent, callsPerSecond: 0 },
  { ...sent, groups: [] },
  { ...sent, groups: 'not packed' },
  { ...sent, groups: pack({}) },
  { ...sent, groups: gzipSync('[').toString('base64') },
])('what lacks something, or has it in another form, is refused: %#', (value) => {
  expect(decode(value)).toThrow(/not a shard of a run/);
});

it('what would not fit into memory is refused', () => {
  const bomb = gzipSync(`[${' '.repeat(65 * 1024 * 1024)}]`).toString('base64');
  expect(decode({ ...sent, groups: bomb })).toThrow(/not a shard of a run/);
});

it.each([
  [{ id: 'sg-1' }],
  [{ ...first?.groups[0], id: 'i-1' }],
  [{ ...first?.groups[0], regionId: 'http://elsewhere' }],
  [{ ...first?.groups[0], accountId: 'me/../you' }],
])('a group without a proper id, region or account is refused: %j', (group) => {
  expect(decode({ ...sent, groups: pack([group]) })).toThrow(/region|security group|account/);
});
