import { quantile } from './call-times';
import type { ColdStart } from './cold-start-stage';
import type { Variant } from './cold-start-variants';

/** Most milliseconds above the floor that any function may take to its first signed request. */
export const MOST_ABOVE_FLOOR_MS = 60;

/** What the starts of one variant took: times in milliseconds, memory in megabytes. */
export interface Figures {
  readonly ms: number;
  /** The middle half of the starts lies between these. */
  readonly quartiles: readonly [number, number];
  readonly rss: number;
  readonly modules: number;
}

/** One case in all variants. */
export interface Row {
  readonly name: string;
  readonly until: string;
  readonly figures: Readonly<Record<Variant['name'], Figures>>;
  readonly aboveFloorMs: number;
  /** How many times longer the variants take. */
  readonly ratios: Readonly<Record<'not pruned' | 'SDKs whole', number>>;
  readonly isMet: boolean;
}

/** Sums up a case's starts. */
export function rowOf(
  { name, until }: { readonly name: string; readonly until: string },
  starts: Readonly<Record<Variant['name'], readonly ColdStart[]>>,
): Row {
  const figures = {
    palisade: figuresOf(starts.palisade),
    'not pruned': figuresOf(starts['not pruned']),
    'SDKs whole': figuresOf(starts['SDKs whole']),
    floor: figuresOf(starts.floor),
  };
  const aboveFloorMs = rounded(figures.palisade.ms - figures.floor.ms);
  return {
    name,
    until,
    figures,
    aboveFloorMs,
    ratios: {
      'not pruned': rounded(figures['not pruned'].ms / figures.palisade.ms),
      'SDKs whole': rounded(figures['SDKs whole'].ms / figures.palisade.ms),
    },
    isMet: aboveFloorMs <= MOST_ABOVE_FLOOR_MS,
  };
}

function figuresOf(starts: readonly ColdStart[]): Figures {
  const times = starts.map(({ ms }) => ms);
  const median = (values: readonly number[]) => rounded(quantile(values, 0.5));
  return {
    ms: median(times),
    quartiles: [rounded(quantile(times, 0.25)), rounded(quantile(times, 0.75))],
    rss: median(starts.map(({ rss }) => rss / 1e6)),
    modules: median(starts.map(({ modules }) => modules)),
  };
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
