import fc from 'fast-check';
import { permissionBatches } from '../../shared/ecs/permission-batches';
import { parseRegionId, parseSecurityGroupId } from '../../shared/security-group';
import { callBound, callBoundAtRest } from './call-bound';
import { estateGroups } from './estate/groups';

const nothing = { egress: [], ingress: [], descriptions: 0 };

function rules(count: number, description = '') {
  return Array.from({ length: count }, (_, index) => ({
    Direction: 'egress' as const,
    IpProtocol: 'TCP',
    PortRange: `${index + 1}/${index + 1}`,
    DestCidrIp: '0.0.0.0/0',
    Policy: 'Drop',
    Priority: '1',
    Description: description,
  }));
}

function groups(count: number, repair = nothing as Parameters<typeof one>[0]) {
  return Array.from({ length: count }, () => one(repair));
}

function one(repair: { egress: ReturnType<typeof rules>; ingress: never[]; descriptions: number }) {
  return { repair };
}

describe('the fewest calls of a sweep', () => {
  it('list a hundred groups a call, each region by itself, and an empty one once', () => {
    const regions = [0, 1, 100, 101].map((count) => ({ groups: groups(count), lists: 0 }));

    expect(callBound(regions)).toMatchObject({ listing: 1 + 1 + 1 + 2, reading: 202, total: 207 });
  });

  it('read each list once a region', () => {
    const region = { groups: groups(10), lists: 3 };

    expect(callBound([region, region])).toMatchObject({ lists: 6 });
  });

  it('read a changed group once more, whatever was changed there', () => {
    const changed = { ...nothing, egress: rules(2), descriptions: 3 };

    expect(callBound([{ groups: [...groups(3), one(changed)], lists: 0 }])).toMatchObject({
      reading: 4,
      authorizing: 1,
      describing: 3,
      readingBack: 1,
    });
  });

  it('are no more than the calls that the product cuts its permissions into', () => {
    const region = parseRegionId('cn-hangzhou');
    const id = parseSecurityGroupId('sg-1');
    fc.assert(
      fc.property(fc.nat(150), fc.nat(200), (count, length) => {
        const egress = rules(count, 'x'.repeat(length));
        const permissions = egress.map(({ Direction: _direction, ...rest }) => rest);
        const bound = callBound([{ groups: [one({ ...nothing, egress })], lists: 0 }]);

        expect(bound.authorizing).toBeLessThanOrEqual(
          permissionBatches(region, id, permissions as never).length,
        );
      }),
    );
  });

  it('change nothing where everything is as it should be', () => {
    const regions = [{ groups: estateGroups({ regionId: 'cn-hangzhou', count: 100 }), lists: 2 }];

    expect(callBoundAtRest(regions)).toEqual({
      listing: 1,
      reading: 100,
      lists: 2,
      authorizing: 0,
      describing: 0,
      readingBack: 0,
      total: 103,
    });
  });
});
