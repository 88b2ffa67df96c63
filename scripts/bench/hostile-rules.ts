import { parseRule, type Rule } from '../../shared/security-group';
import { seededRandom } from './generated-rules';

/**
 * Drop rules that cut TCP into as many pieces as they can: slabs across each of the four dimensions,
 * whose gaps make a fourth-power number of holes, and an accept behind them.
 */
export function generateSlabs(count: number): Rule[] {
  const perDimension = Math.floor((count - 1) / 4);
  const everywhere = { SourceCidrIp: '0.0.0.0/0' };
  const slabs = Array.from({ length: perDimension }, (_, n) => {
    const ports = `${n * 100 + 1}/${n * 100 + 50}`;
    const block = `${20 + (n >> 7)}.${(2 * n) & 255}.0.0/16`;
    return [
      { SourceCidrIp: block },
      { ...everywhere, DestCidrIp: block },
      { ...everywhere, PortRange: ports },
      { ...everywhere, SourcePortRange: ports },
    ];
  }).flat();
  return numbered([...slabs, { ...everywhere, Policy: 'Accept', Priority: 2 }]);
}

/**
 * Drop rules that each forbid one pair of cells in two of the four dimensions, four fifths of all pairs
 * at random, and an accept behind them: what is left are the four-cliques of a random graph, which
 * every exact method has to search for.
 */
export function generateCliques(count: number, seed: number): Rule[] {
  const random = seededRandom(seed);
  const cells = Math.min(128, Math.floor(Math.sqrt(count / (6 * 0.8))));
  const ports = (cell: number) => `${cell * 500}/${cell === cells - 1 ? 65535 : cell * 500 + 499}`;
  const block = (cell: number) => `${cell * 2}.0.0.0/7`;
  const dimensions = [
    (cell: number) => ({ SourceCidrIp: block(cell) }),
    (cell: number) => ({ DestCidrIp: block(cell) }),
    (cell: number) => ({ PortRange: ports(cell) }),
    (cell: number) => ({ SourcePortRange: ports(cell) }),
  ];
  const everywhere = { SourceCidrIp: '0.0.0.0/0' };
  const pairs: object[] = [];
  for (const [index, one] of dimensions.entries()) {
    for (const other of dimensions.slice(index + 1)) {
      for (let a = 0; a < cells; a++) {
        for (let b = 0; b < cells; b++) {
          if (random() < 0.8) pairs.push({ ...everywhere, ...one(a), ...other(b) });
        }
      }
    }
  }
  // Beyond the cells nothing is let through to begin with.
  for (let cell = cells; cell < 128; cell++) {
    pairs.push({ SourceCidrIp: block(cell) }, { ...everywhere, DestCidrIp: block(cell) });
  }
  return numbered([...pairs, { ...everywhere, Policy: 'Accept', Priority: 2 }]);
}

function numbered(permissions: readonly object[]): Rule[] {
  return permissions.map((permission, index) =>
    parseRule({
      SecurityGroupRuleId: `sgr-${index + 1}`,
      Direction: 'ingress',
      Policy: 'Drop',
      Priority: 1,
      IpProtocol: 'TCP',
      ...permission,
    }),
  );
}
