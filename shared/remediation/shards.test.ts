import fc from 'fast-check';
import { makeRun, policySet, shardsOf } from '../../test/support';
import {
  parseAccountId,
  parseRegionId,
  parseSecurityGroupId,
  placeName,
  type SecurityGroupSummary,
} from '../security-group';
import { encodeShard } from './shard-payload';
import {
  cutIntoShards,
  inOrder,
  MOST_PAYLOAD_BYTES,
  payloadOf,
  type Shard,
  shardOfRest,
  taskIdOf,
} from './shards';

const REGIONS = ['cn-hangzhou', 'cn-shanghai', 'us-west-1'] as const;
const ACCOUNTS = [undefined, '1234567890123456', '2234567890123456'] as const;

/** A hundred places. */
const ACCOUNTS_OF_MANY = [1, 2, 3, 4].map((digit) => parseAccountId(`${digit}`.repeat(16)));
const REGIONS_OF_MANY = Array.from({ length: 25 }, (_, index) =>
  parseRegionId(`cn-place${String.fromCharCode(97 + index)}`),
);

function groupOf(number: number, rest: Partial<SecurityGroupSummary> = {}): SecurityGroupSummary {
  return {
    regionId: parseRegionId('cn-hangzhou'),
    id: parseSecurityGroupId(`sg-${number}`),
    name: `group ${number}`,
    type: 'normal',
    vpcId: 'vpc-test',
    tags: {},
    serviceManaged: false,
    ...rest,
  };
}

const arbitraryGroups: fc.Arbitrary<SecurityGroupSummary[]> = fc
  .uniqueArray(
    fc.record({
      number: fc.nat(100_000),
      region: fc.constantFrom(...REGIONS),
      account: fc.constantFrom(...ACCOUNTS),
      // Up to the longest that ECS takes, of any characters: nothing that compression could save.
      tags: fc.array(fc.string({ unit: 'binary', minLength: 100, maxLength: 128 }), {
        maxLength: 20,
      }),
    }),
    { selector: ({ number }) => number, maxLength: 120, size: 'max' },
  )
  .map((groups) =>
    groups.map(({ number, region, account, tags }) =>
      groupOf(number, {
        regionId: parseRegionId(region),
        ...(account === undefined ? {} : { accountId: parseAccountId(account) }),
        tags: Object.fromEntries(tags.map((tag, index) => [`${tag}${index}`, tag])),
      }),
    ),
  );

const policies = policySet({ guardrails: '{ maxChanges: 1000, maxGroupsPercent: 33 }' });
const cut = (groups: readonly SecurityGroupSummary[], callsPerSecond = 10) =>
  shardsOf(makeRun('cut', groups, { policies }), callsPerSecond);
const placesOf = ({ groups }: Shard) => [...new Set(groups.map(placeName))];

/** The event about a failed call, which holds the payload as a text, with a reason of 4 KB. */
const failureOf = (shard: Shard) =>
  JSON.stringify({ requestPayload: encodeShard(shard), responsePayload: 'x'.repeat(4096) });

it('every group is in exactly one shard, of one account and region, small enough to be sent and to be told of', () => {
  fc.assert(
    fc.property(arbitraryGroups, (groups) => {
      const shards = cut(groups);
      const ids = shards.flatMap((shard) => shard.groups.map((group) => group.id));
      expect(ids.sort()).toEqual(groups.map((group) => group.id).sort());
      for (const shard of shards) {
        const [place, ...others] = placesOf(shard);
        expect(others).toEqual([]);
        expect(shard.part.startsWith(`${place?.replace('/', '_')}_`)).toBe(true);
        expect(Buffer.byteLength(encodeShard(shard))).toBeLessThan(128 * 1024);
        expect(Buffer.byteLength(failureOf(shard))).toBeLessThan(128 * 1024);
      }
    }),
    { numRuns: 15 },
  );
});

it('shards of one account and region share its calls, so that together they make no more', () => {
  const rates = fc.oneof(
    fc.integer({ min: 1, max: 1000 }),
    fc.double({ min: 1, max: 100, noNaN: true }),
  );
  fc.assert(
    fc.property(arbitraryGroups, rates, (groups, callsPerSecond) => {
      const sums = new Map<string, number>();
      for (const shard of cut(groups, callsPerSecond)) {
        const [place = ''] = placesOf(shard);
        expect(shard.callsPerSecond).toBeGreaterThan(0);
        sums.set(place, (sums.get(place) ?? 0) + shard.callsPerSecond);
      }
      for (const sum of sums.values()) expect(sum).toBeLessThanOrEqual(callsPerSecond + 1e-9);
    }),
    { numRuns: 10 },
  );
});

it('the same groups in any order give the same shards, with names of their own that are task ids', () => {
  fc.assert(
    fc.property(arbitraryGroups, (groups) => {
      const shards = cut(groups);
      expect(cut([...groups].reverse())).toEqual(shards);
      const names = shards.map(taskIdOf);
      expect(new Set(names).size).toBe(names.length);
      for (const name of names) expect(name).toMatch(/^[A-Za-z_][A-Za-z0-9_-]{0,127}$/);
    }),
    { numRuns: 10 },
  );
});

/** Groups of a region, each with a name of its own and five tags, as they are in practice. */
function taggedGroups(count: number) {
  return Array.from({ length: count }, (_, number) =>
    groupOf(number, {
      id: parseSecurityGroupId(`sg-bp1${((number * 7919) % 100_003).toString(36)}x${number}`),
      tags: Object.fromEntries(
        ['env', 'owner', 'ticket', 'team', 'cost-center'].map((name, index) => [
          name,
          `${name} ${(number * (index + 3)) % 97}`,
        ]),
      ),
    }),
  );
}

it('a thousand groups of a region with their tags are one shard, and one more makes two', () => {
  const groups = taggedGroups(1001);
  const [shard, ...others] = cut(groups.slice(0, 1000));
  expect(others).toEqual([]);
  expect(shard).toMatchObject({ callsPerSecond: 10 });
  expect(cut(groups).map((each) => [each.groups.length, each.callsPerSecond])).toEqual([
    [1000, 5],
    [1, 5],
  ]);
});

it('places that are cut one by one give the same shards as all of them at once', () => {
  const run = makeRun('cut', [], { policies });
  fc.assert(
    fc.property(arbitraryGroups, (groups) => {
      const places = new Set(groups.map(placeName));
      const oneByOne = [...places].flatMap((place) =>
        cutIntoShards(
          run,
          groups.filter((group) => placeName(group) === place),
          10,
        ),
      );
      expect(inOrder(oneByOne)).toEqual(cutIntoShards(run, groups, 10));
    }),
    { numRuns: 10 },
  );
});

it('shards are small enough whatever limits follow from the number of groups, and whoever gave the reason', () => {
  const number = Number.MAX_SAFE_INTEGER;
  const trigger = { kind: 'webhook', id: 'w', time: '', reason: '\u{1f512}'.repeat(2000) } as const;
  const run = makeRun('cut', [], { limits: { maxChanges: number, maxGroups: number }, trigger });
  fc.assert(
    fc.property(arbitraryGroups, (groups) => {
      const shards = cutIntoShards(run, groups, 1e6 / 3);
      for (const shard of shards) {
        expect(Buffer.byteLength(payloadOf(run, shard))).toBeLessThanOrEqual(MOST_PAYLOAD_BYTES);
      }
    }),
    { numRuns: 5 },
  );
});

it('what is kept of a hundred thousand groups in a hundred places is under 60 bytes for each', () => {
  const run = makeRun('cut', [], { policies });
  const groups = taggedGroups(1000);
  const kept = ACCOUNTS_OF_MANY.flatMap((accountId) =>
    REGIONS_OF_MANY.flatMap((regionId) => {
      const place = groups.map((group) => ({ ...group, accountId, regionId }));
      return cutIntoShards(run, place, 10);
    }),
  );
  expect(kept.reduce((sum, { groupCount }) => sum + groupCount, 0)).toBe(100_000);
  // What else there is of a shard is told by its text.
  const bytes = kept.map(({ packed, ...rest }) => packed.length + JSON.stringify(rest).length);
  expect(bytes.reduce((sum, each) => sum + each) / 100_000).toBeLessThan(60);
  for (const { packed } of kept) expect(packed.buffer.byteLength).toBe(packed.length);
});

it('a group that fits into no call is refused with what to do', () => {
  const tooMuch = makeRun('cut', [groupOf(1)], {
    policies,
    policyIds: Array.from({ length: 9000 }, (_, index) => `a-policy-with-a-long-name-${index}`),
  });
  expect(() => cutIntoShards(tooMuch, tooMuch.groups, 10)).toThrow(
    /sg-1 does not fit.*name fewer policies/,
  );
});

it('the rest of a shard is a shard with a name of its own, the same for the same groups', () => {
  const [shard] = cut([groupOf(1), groupOf(2), groupOf(3)]);
  if (!shard) throw new Error('the run has no shard');
  const rest = shardOfRest(shard, shard.groups.slice(1));
  expect(rest.part).not.toBe(shard.part);
  expect(rest).toEqual({ ...shard, part: rest.part, groups: shard.groups.slice(1) });
  expect(shardOfRest(shard, shard.groups.slice(1)).part).toBe(rest.part);
});
