import type { EcsAction } from './environment';
import { REGIONS } from './regions';

/** DescribeRegions: every region that the service answers for. */
export const describeRegions: EcsAction = () => ({
  Regions: {
    Region: [...REGIONS].map(([regionId, name]) => ({
      RegionId: regionId,
      LocalName: name,
      RegionEndpoint: `ecs.${regionId}.aliyuncs.com`,
      Status: 'available',
    })),
  },
});
