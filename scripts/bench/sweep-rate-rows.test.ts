import { medianRow, rateRow } from './sweep-rate-rows';

const call = (seconds: number, status = 200) => ({
  at: new Date(1_000_000 + seconds * 1000).toISOString(),
  status,
});

it('relates accepted calls to the limit, and refused ones to all, over the time and its second half', () => {
  const calls = [call(-1), call(0), call(1), call(1, 400), call(2), call(3), call(3), call(4)];

  const row = rateRow(['one'], 2, calls, { start: 1_000_000, end: 1_004_000 });

  expect(row).toEqual({
    clients: ['one'],
    limit: 2,
    all: { used: 5 / 8, throttled: expect.closeTo(1 / 6) },
    held: { used: 3 / 4, throttled: 0 },
  });
});

it('of no calls nothing is used and nothing is throttled', () => {
  const { all } = rateRow([], 2, [], { start: 0, end: 1_000 });
  expect(all).toEqual({ used: 0, throttled: 0 });
});

it('takes the median of each figure by itself', () => {
  const row = (used: number, throttled: number) => ({
    clients: ['one'],
    limit: 2,
    all: { used, throttled },
    held: { used: 1, throttled: 0 },
  });

  const { all, limit } = medianRow([row(0.9, 0.01), row(0.5, 0.03), row(0.95, 0.02)]);

  expect({ all, limit }).toEqual({ all: { used: 0.9, throttled: 0.02 }, limit: 2 });
});
