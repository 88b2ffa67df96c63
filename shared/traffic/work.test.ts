import {
  allowed,
  allowedTraffic,
  changesOutside,
  difference,
  neverMatched,
  redundant,
} from './index';
import { egress, flow, group } from './testing/build';
import { exactly } from './testing/oracle';

const EVERYWHERE = [flow('TCP', '-1/-1', '0.0.0.0/0')];

/** Slabs across four dimensions: the gaps between them are a fourth power of their number. */
function slabs(count: number) {
  return Array.from({ length: count }, (_, n) => {
    const drop = { Policy: 'Drop', IpProtocol: 'TCP' };
    const ports = `${n * 100 + 1}/${n * 100 + 50}`;
    return [
      egress({ ...drop, PortRange: ports }),
      egress({ ...drop, SourcePortRange: ports }),
      egress({ ...drop, DestCidrIp: `10.${2 * n}.0.0/16` }),
      egress({ ...drop, SourceCidrIp: `10.${2 * n}.0.0/16` }),
    ];
  }).flat();
}

describe('the work limit', () => {
  test('ends every question in undecided, with the reason and what to do', () => {
    const before = group();
    const after = group(...slabs(3));
    const undecided = {
      verdict: 'undecided',
      reason: expect.stringContaining('simplify the rules'),
    };
    expect(allowed(after, 'egress', EVERYWHERE, 5)).toEqual(undecided);
    expect(allowedTraffic(after, 'egress', EVERYWHERE, 5)).toEqual(undecided);
    expect(difference(before, after, 'egress', 5)).toEqual(undecided);
    expect(neverMatched(after, 'egress', 5)).toEqual(undecided);
    expect(redundant(after, 'egress', 5)).toEqual(undecided);
    const { changes } = exactly(difference(before, after, 'egress'));
    expect(changesOutside(changes, EVERYWHERE, undefined, 5)).toEqual(undecided);
  });

  test('stops by default where a hostile group would fill the memory with boxes', () => {
    const hostile = group(...slabs(50));
    expect(allowedTraffic(hostile, 'egress', EVERYWHERE).verdict).toBe('undecided');
    expect(allowed(hostile, 'egress', EVERYWHERE).verdict).toBe('allowed');
  });

  test('leaves room for thousands of blocks side by side', () => {
    const blocks = Array.from({ length: 3_000 }, (_, n) =>
      egress({ Policy: 'Drop', DestCidrIp: `10.${n >> 8}.${n & 255}.0/25` }),
    );
    const answer = allowedTraffic(group(...blocks), 'egress', EVERYWHERE);
    expect(answer).toMatchObject({ verdict: 'exact' });
    expect(answer.verdict === 'exact' && answer.traffic).toHaveLength(3_001);
  });
});
