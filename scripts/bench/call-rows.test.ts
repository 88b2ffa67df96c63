import { callRow, ecsCalls } from './call-rows';

const bound = {
  listing: 1,
  reading: 10,
  lists: 1,
  authorizing: 2,
  describing: 0,
  readingBack: 1,
  total: 15,
};
const counts = {
  'Ecs DescribeSecurityGroups': 1,
  'Ecs DescribeSecurityGroupAttribute': 11,
  'Ecs DescribePrefixListAttributes': 1,
  'Ecs AuthorizeSecurityGroup': 1,
  'Ecs AuthorizeSecurityGroupEgress': 1,
  'Oss PutObject': 7,
};

describe('the calls of a sweep', () => {
  it('are those of ECS, and another one than expected is not overlooked', () => {
    expect(ecsCalls({ ...counts, 'Ecs DescribeRegions': 3 })).toMatchObject({
      listing: 1,
      reading: 11,
      lists: 1,
      authorizing: 2,
      others: 3,
      total: 18,
    });
  });

  it('say nothing when one was refused', () => {
    expect(() => ecsCalls({ 'Ecs DescribeSecurityGroups Throttling': 2 })).toThrow(
      '2 calls of DescribeSecurityGroups were refused: Throttling',
    );
  });

  it('are compared with the bound, and with a share of the groups done by hand', () => {
    const byHand = {
      counts: { 'Ecs DescribeSecurityGroupAttribute': 20 },
      share: 10,
      policies: 20,
    };

    expect(callRow('first', bound, counts, byHand)).toMatchObject({
      bound: { reading: 11, total: 15 },
      palisade: { total: 15 },
      byHand: { listing: 20, reading: 200, total: 220 },
      overBound: 1,
      gain: 14.7,
    });
  });
});
