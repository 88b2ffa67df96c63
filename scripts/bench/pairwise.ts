import { hasPorts, type Rule } from '../../shared/security-group';

/** A rule as plain numbers. */
interface Extent {
  readonly family: number;
  readonly protocol: number;
  readonly limits: boolean;
  readonly numbers: readonly number[];
}

/**
 * The check that other tools make, to compare with: a rule is never matched if one stronger rule, all
 * by itself, contains it. The rules come strongest first. It misses rules that only several stronger
 * rules cover together.
 */
export function containedRules(rules: readonly Rule[]): Rule[] {
  const extents = rules.map(extentOf);
  return rules.filter((_, index) => {
    const inner = extents[index];
    for (let stronger = 0; stronger < index; stronger++) {
      const outer = extents[stronger];
      if (inner && outer && contains(outer, inner)) return true;
    }
    return false;
  });
}

function contains(outer: Extent, inner: Extent): boolean {
  if (outer.family !== inner.family) return false;
  if (outer.protocol >= 0 && outer.protocol !== inner.protocol) return false;
  const numbers = outer.limits && inner.limits ? 8 : 4;
  for (let n = 0; n < numbers; n += 2) {
    if ((outer.numbers[n] as number) > (inner.numbers[n] as number)) return false;
    if ((outer.numbers[n + 1] as number) < (inner.numbers[n + 1] as number)) return false;
  }
  return true;
}

/** IPv4 rules with CIDR blocks only, as all sets of the benchmark are. */
function extentOf(rule: Rule): Extent {
  if (rule.peer.kind !== 'cidr') throw new RangeError('the pairwise check knows CIDR peers only');
  const { cidr } = rule.peer;
  const own = rule.own ?? { first: 0n, last: 0xffffffffn };
  const every = { first: 0, last: 65535 };
  const ports = rule.ports === 'all' || 'portRangeListId' in rule.ports ? every : rule.ports;
  const sourcePorts = rule.sourcePorts === 'all' ? every : rule.sourcePorts;
  return {
    family: cidr.family,
    protocol: rule.protocol === 'all' ? -1 : rule.protocol,
    limits: rule.protocol === 'all' || hasPorts(rule.protocol),
    numbers: [
      ...[cidr.first, cidr.last, own.first, own.last].map(Number),
      ...[ports.first, ports.last, sourcePorts.first, sourcePorts.last],
    ],
  };
}
