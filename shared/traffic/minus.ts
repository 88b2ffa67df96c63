import { type Box, intersect } from './box';
import { Grid } from './grid';
import { UncoveredSearch } from './uncovered';
import type { WorkMeter } from './work';

/** A box minus others, as boxes that do not overlap. Throws WorkLimitReached. */
export function minus(target: Box, others: readonly Box[], work: WorkMeter): Box[] {
  const covers = others.flatMap((box) => intersect(box, target) ?? []);
  if (covers.length === 0) return [target];
  const grid = new Grid(target.family, [target, ...covers]);
  const all = grid.cellsOf([target, ...covers]);
  const rest: Box[] = [];
  new UncoveredSearch(all, work).visit(
    all,
    0,
    covers.map((_, n) => n + 1),
    (cells, offset) => {
      work.keep();
      rest.push(grid.toBox(cells, offset));
      return false;
    },
  );
  return rest;
}
