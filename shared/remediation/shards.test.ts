import fc from 'fast-check';
import { makeRun, policySet } from '../../test/support';
import {
  parseAccountId,
  parseRegionId,
  parseSecurityGroupId,
  placeName,
  type SecurityGroupSummary,
} from '../security-group';
import { cutIntoShards, decodeShard, taskIdOf } from './shards';

const REGIONS = ['cn-hangzhou', 'cn-shanghai', 'us-west-1'] as const;

const arbitraryGroups: fc.Arbitrary<SecurityGroupSummary[]> = fc
  .uniqueArray(
    fc.record({
      number: fc.nat(100_000),
      region: fc.constantFrom(...REGIONS),
      account: fc.option(fc.constantFrom('2222333344445555', '6666777788889999'), {
        nil: undefined,
      }),
      // Up to the longest that ECS takes: 128 characters, three bytes each.
      tag: fc.string({ unit: 'binary', maxLength: 128 }),
    }),
    { selector: ({ number }) => number, maxLength: 180, size: 'max' },
  )
  .map((groups) =>
    groups.map(({ number, region, account, tag }) => ({
      regionId: parseRegionId(region),
      ...(account === undefined ? {} : { accountId: parseAccountId(account) }),
      id: parseSecurityGroupId(`sg-${number}`),
      name: `group ${number}`,
      type: 'normal',
      vpcId: 'vpc-test',
      tags: Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`tag${index}`, tag])),
      serviceManaged: false,
    })),
  );

const policies = policySet({ guardrails: '{ maxChanges: 1000, maxGroupsPercent: 33 }' });
const cut = (groups: readonly SecurityGroupSummary[]) =>
  cutIntoShards(makeRun('cut', groups, { policies }));

it('every group is in exactly one shard, and a shard is of one region of one account, small enough to be sent', () => {
  fc.assert(
    fc.property(arbitraryGroups, (groups) => {
      const shards = cut(groups);
      const ids = shards.flatMap((shard) => shard.groups.map((group) => group.id));
      expect(ids.sort()).toEqual(groups.map((group) => group.id).sort());
      for (const shard of shards) {
        const [place, ...others] = new Set(shard.groups.map(placeName));
        expect(others).toEqual([]);
        expect(shard.part.startsWith(`${place?.replace('/', '_')}_`)).toBe(true);
        expect(shard.groups.length).toBeLessThanOrEqual(50);
        expect(Buffer.byteLength(JSON.stringify(shard))).toBeLessThan(128 * 1024);
      }
    }),
    { numRuns: 40 },
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
    { numRuns: 40 },
  );
});

it('a shard is read back as it was sent', () => {
  fc.assert(
    fc.property(arbitraryGroups, (groups) => {
      for (const shard of cut(groups)) {
        expect(decodeShard(Buffer.from(JSON.stringify(shard)))).toEqual(shard);
      }
    }),
    { numRuns: 20 },
  );
});

describe('what is not a shard is refused', () => {
  const [shard] = cut([
    {
      regionId: parseRegionId('cn-hangzhou'),
      id: parseSecurityGroupId('sg-1'),
      name: 'one',
      type: 'normal',
      tags: {},
      serviceManaged: false,
    },
  ]);
  const decode = (value: unknown) => () => decodeShard(Buffer.from(JSON.stringify(value)));

  it('when it is not JSON', () => {
    expect(() => decodeShard(Buffer.from('{'))).toThrow(
      /not JSON: this function is called by the sweep/,
    );
  });

  it.each([
    null,
    'text',
    [],
    { ...shard, version: 2 },
    { ...shard, runId: undefined },
    { ...shard, trigger: {} },
    { ...shard, dryRun: 'false' },
    { ...shard, limits: { maxChanges: 1.5, maxGroups: 1 } },
    { ...shard, limits: undefined },
    { ...shard, groups: {} },
  ])('when something is missing or of another form: %j', (value) => {
    expect(decode(value)).toThrow(/not a shard of a run/);
  });

  it.each([
    [{ id: 'sg-1' }],
    [{ ...shard?.groups[0], id: 'i-1' }],
    [{ ...shard?.groups[0], regionId: 'http://elsewhere' }],
    [{ ...shard?.groups[0], accountId: 'me/../you' }],
  ])('when a group of it has no proper id, region or account: %j', (group) => {
    expect(decode({ ...shard, groups: [group] })).toThrow(/region|security group|account/);
  });
});
