import { growthOf, type Measured, scaleRow } from './scale-rows';

function measured(groups: number, cpuMs: number, maxRss: number): Measured {
  const shard = (groupsRead: number, factor: number) => ({
    groups: groupsRead,
    cpuMs: groupsRead * cpuMs * factor,
    rss: maxRss,
    maxRss,
  });
  return {
    groups,
    sweep: { cpuMs: groups / 10, ms: 1, maxRss: 60e6 + groups * 1000 },
    shards: 3,
    largestShard: 2048,
    served: [shard(50, 1), shard(10, 9), shard(50, 0.5)],
  };
}

describe('what sweeps of several sizes take', () => {
  it('is the median of the shards, each by the groups that were read for it', () => {
    expect(scaleRow(measured(1000, 2, 100e6))).toEqual({
      groups: 1000,
      shards: 3,
      largestShard: 2048,
      sweepUs: 100,
      sweepMb: 61,
      judged: 110,
      enforceMs: 2,
      enforceMs95: 18,
      enforceMb: 100,
    });
  });

  it('has grown when CPU time for each group, or the memory of a worker, has', () => {
    const sizes = [
      [1000, 2, 90e6],
      [10_000, 2, 100e6],
      [100_000, 3, 150e6],
    ] as const;
    const rows = sizes.map(([groups, cpuMs, maxRss]) => scaleRow(measured(groups, cpuMs, maxRss)));

    // Memory from the second size on: at the first an instance is still getting warm.
    expect(growthOf(rows)).toEqual({ cpu: 1.5, memory: 1.5, bytesAGroup: 1000 });
  });

  it('cannot be told without a size', () => {
    expect(() => growthOf([])).toThrow('measure one first');
  });
});
