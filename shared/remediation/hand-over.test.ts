import { makeInventory, makeRun, summariesOf } from '../../test/support';
import { handOver } from './hand-over';
import { decodeShard } from './shard-payload';
import { cutIntoShards } from './shards';

const groups = summariesOf(makeInventory({ 'cn-hangzhou': 60, 'cn-shanghai': 1, 'cn-beijing': 1 }));
const run = makeRun('handed-over', groups, { policyIds: ['no-smtp-smb-out'] });
const shards = cutIntoShards(run, groups, 10);

it('hands over every group once, with the policies that were asked for', async () => {
  const payloads: string[] = [];
  const result = await handOver(run, shards, async (payload) => {
    payloads.push(payload);
    return { accepted: 'new' };
  });
  expect(result).toEqual({ shards: 3, started: 3, failures: [] });
  const sent = payloads.map((payload) => decodeShard(Buffer.from(payload)));
  expect(sent.flatMap((shard) => shard.groups.map(({ id }) => id)).sort()).toEqual(
    groups.map(({ id }) => id).sort(),
  );
  for (const shard of sent) expect(shard.policyIds).toEqual(['no-smtp-smb-out']);
});

it('names the same tasks again, and starts none of those that are known', async () => {
  const known = new Set<string>();
  const call = async (_payload: string, taskId: string) => {
    const accepted = known.has(taskId) ? 'duplicate' : 'new';
    known.add(taskId);
    return { accepted } as const;
  };
  await handOver(run, shards, call);
  expect(await handOver(run, shards, call)).toEqual({ shards: 3, started: 0, failures: [] });
});

it('hands over the others when one fails, and names the part that did', async () => {
  const told: string[] = [];
  let calls = 0;
  const result = await handOver(
    run,
    shards,
    async () => {
      calls += 1;
      if (calls === 2) throw new Error('no instance is free');
      return { accepted: 'new' };
    },
    (shard, accepted) => told.push(`${shard.part} ${accepted}`),
  );
  expect(result).toMatchObject({ shards: 3, started: 2 });
  expect(result.failures).toEqual([expect.stringMatching(/^cn-.*: no instance is free$/)]);
  expect(told).toHaveLength(3);
});
