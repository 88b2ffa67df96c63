import fc from 'fast-check';
import { makeRun, policySet } from '../../test/support';
import {
  parseAccountId,
  parseRegionId,
  parseSecurityGroupId,
  placeName,
  type SecurityGroupSummary,
} from '../security-group';
import { encodeShard } from './shard-payload';
import { cutIntoShards, type Shard, shardOfRest, taskIdOf } from './shards';

const REGIONS = ['cn-hangzhou', 'cn-shanghai', 'us-west-1'] as const;
const ACCOUNTS = [undefined, '1234567890123456', '2234567890123456'] as const;

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
  cutIntoShards(makeRun('cut', groups, { policies }), callsPerSecond);
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

it('a thousand groups of a region with their tags are one shard, and one more makes two', () => {
  const groups = Array.from({ length: 1001 }, (_, number) =>
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
  const [shard, ...others] = cut(groups.slice(0, 1000));
  expect(others).toEqual([]);
  expect(shard).toMatchObject({ callsPerSecond: 10 });
  expect(cut(groups).map((each) => [each.groups.length, each.callsPerSecond])).toEqual([
    [1000, 5],
    [1, 5],
  ]);
});

it('a group that fits into no call is refused with what to do', () => {
  const tooMuch = makeRun('cut', [groupOf(1)], {
    policies,
    policyIds: Array.from({ length: 9000 }, (_, index) => `a-policy-with-a-long-name-${index}`),
  });
  expect(() => cutIntoShards(tooMuch, 10)).toThrow(/sg-1 does not fit.*name fewer policies/);
});

it('the rest of a shard is a shard with a name of its own, the same for the same groups', () => {
  const [shard] = cut([groupOf(1), groupOf(2), groupOf(3)]);
  if (!shard) throw new Error('the run has no shard');
  const rest = shardOfRest(shard, shard.groups.slice(1));
  expect(rest.part).not.toBe(shard.part);
  expect(rest).toEqual({ ...shard, part: rest.part, groups: shard.groups.slice(1) });
  expect(shardOfRest(shard, shard.groups.slice(1)).part).toBe(rest.part);
});
