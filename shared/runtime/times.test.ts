import fc from 'fast-check';
import { timesOf } from './times';

it('a tenth of the timeout is kept back, at least ten seconds, half of that after the last call', () => {
  expect(timesOf(600, 0)).toEqual({
    readUntil: 270_000,
    changeUntil: 540_000,
    callsUntil: 570_000,
  });
  expect(timesOf(60, 1000)).toEqual({ readUntil: 26_000, changeUntil: 51_000, callsUntil: 56_000 });
});

it('whatever the timeout is, there is time to read, then to change, then to end', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 86_400 }), (timeout) => {
      const { readUntil, changeUntil, callsUntil } = timesOf(timeout, 0);
      expect(0 < readUntil && readUntil < changeUntil).toBe(true);
      expect(changeUntil < callsUntil && callsUntil < timeout * 1000).toBe(true);
    }),
  );
});
