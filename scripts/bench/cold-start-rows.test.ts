import { rowOf } from './cold-start-rows';

const starts = (...times: number[]) => times.map((ms) => ({ ms, rss: 50e6, modules: 2 }));

describe('rowOf', () => {
  const about = { name: 'sweep', until: 'answer' };
  const others = {
    'not pruned': starts(300),
    'SDKs whole': starts(450),
    floor: starts(30, 32, 31),
  };

  it('compares medians, which one slow start does not move', () => {
    const row = rowOf(about, { ...others, palisade: starts(90, 900, 91) });

    expect(row).toMatchObject({
      aboveFloorMs: 60,
      ratios: { 'not pruned': 3.3, 'SDKs whole': 4.9 },
      isMet: true,
    });
    expect(row.figures.palisade).toMatchObject({ ms: 91, rss: 50, modules: 2 });
  });

  it('does not meet the aim by more than 60 ms above the floor', () => {
    expect(rowOf(about, { ...others, palisade: starts(91.2) }).isMet).toBe(false);
  });
});
