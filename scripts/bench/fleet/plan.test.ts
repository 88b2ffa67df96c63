import fc from 'fast-check';
import { type CutShard, planFleet, productShards, shardsOf } from './plan';

const costs = { page: 50, listedAtOnce: 8, group: 0.3, handOver: 30, handedOverAtOnce: 8 };

function groupsByRegion(shards: readonly CutShard[]) {
  const counts = new Map<string, number>();
  for (const { region, groups } of shards) counts.set(region, (counts.get(region) ?? 0) + groups);
  return [...counts.values()];
}

describe('the plan of a fleet', () => {
  it('has every group in one shard, and shares that add up to the rate of each region', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 120 }),
        fc.integer({ min: 1, max: 130 }),
        (regions, groupsPerRegion, size) => {
          const fleet = { accounts: 1, regions, groupsPerRegion };
          const product = productShards(fleet, 40);
          for (const shards of [product, shardsOf(fleet, size)]) {
            expect(groupsByRegion(shards)).toEqual(Array(regions).fill(groupsPerRegion));
          }
          const shares = product.reduce((sum, shard) => sum + (shard.callsPerSecond ?? 0), 0);
          expect(shares).toBeCloseTo(40 * regions);
        },
      ),
      { numRuns: 8 },
    );
  });

  it('hands over nothing before everything that the same sweep looks after is listed', () => {
    const fleet = { accounts: 3, regions: 2, groupsPerRegion: 1000 };
    const cut = shardsOf(fleet, 500);

    const forAll = planFleet(fleet, cut, costs, 'one for all');
    const forEach = planFleet(fleet, cut, costs, 'one an account');

    expect(Math.min(...forAll.shards.map(({ at }) => at))).toBe(3 * 2000 * costs.group);
    expect(Math.min(...forEach.shards.map(({ at }) => at))).toBe(2000 * costs.group + 30 / 8);
    expect([forAll.groupsHeld, forEach.groupsHeld]).toEqual([6000, 2000]);
    expect([forAll.listCalls, forEach.listCalls]).toEqual([60, 60]);
    expect(forAll.shards).toHaveLength(12);
    expect(forEach.sweepMs).toBeCloseTo(forAll.sweepMs);
  });
});
