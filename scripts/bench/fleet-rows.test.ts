import { planFleet, shardsOf, simulate } from './fleet';
import { fleetRow } from './fleet-rows';

const costs = { coldStart: 100, call: 50, group: 2, shard: 0, link: 0 };
const limits = { instances: 100, callsPerSecond: 50, timeoutMs: 600_000, payloadBytes: 128 * 1024 };
const planning = { page: 50, listedAtOnce: 8, group: 0.1, handOver: 30, handedOverAtOnce: 8 };

function row(
  fleet: Parameters<typeof planFleet>[0],
  more: Partial<Parameters<typeof fleetRow>[0]> = {},
) {
  const cut = shardsOf(fleet, 1000).map((shard) => ({ ...shard, callsPerSecond: 50 }));
  const plan = planFleet(fleet, cut, planning, 'one for all');
  const outcome = simulate(
    plan.shards,
    more.limits ?? limits,
    more.costs ?? costs,
    { concurrency: 8, attempts: 6 },
    () => 0.5,
  );
  return fleetRow({
    name: 'way',
    plan,
    outcome,
    limits,
    costs,
    times: 1,
    memory: { mb: 60, bytesAGroup: 100 },
    ...more,
  });
}

describe('what a way to sweep a fleet comes to', () => {
  it('says what limits it', () => {
    const few = { accounts: 1, regions: 2, groupsPerRegion: 1000 };
    const one = { ...limits, instances: 1 };
    const slow = { ...costs, link: 60_000 };

    expect(row(few).limitedBy).toBe('calls of an account and region');
    expect(row({ ...few, regions: 10 }, { limits: one }).limitedBy).toBe('instances');
    expect(row(few, { costs: slow }).limitedBy).toBe('the chain of records');
  });

  it('is impossible when a sweep has neither the memory nor the time', () => {
    const fleet = { accounts: 10, regions: 10, groupsPerRegion: 100 };
    const memory = { mb: 60, bytesAGroup: 60_000 };

    expect(row(fleet).impossible).toEqual([]);
    expect(row(fleet, { memory }).impossible).toEqual(['sweep needs 660 MB']);
    expect(row(fleet, { times: 10_000 }).impossible).toEqual([
      'sweep needs 10060 MB',
      expect.stringMatching(/^sweep needs \d+ s$/),
    ]);
  });

  it('counts the pages of groups among the calls, and memory and CPU by the second', () => {
    const { calls, functionSeconds, gigabyteSeconds, cpuSeconds } = row({
      accounts: 1,
      regions: 2,
      groupsPerRegion: 1000,
    });

    expect(calls).toBe(2000 + 20);
    expect(gigabyteSeconds).toBe(Math.round(functionSeconds / 2));
    expect(cpuSeconds).toBe(Math.round(functionSeconds * 0.35));
  });
});
