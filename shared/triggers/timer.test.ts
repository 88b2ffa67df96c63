import { decodeTimerEvent } from './index';

function decode(value: unknown) {
  return decodeTimerEvent(Buffer.from(JSON.stringify(value)));
}

const EVENT = { triggerTime: '2027-03-31T06:00:00Z', triggerName: 'nightly', payload: 'ignored' };

test('a timer event gives its time and name', () => {
  const decoded = { triggerTime: '2027-03-31T06:00:00Z', triggerName: 'nightly' };
  expect(decode(EVENT)).toEqual(decoded);
  expect(decode({ ...EVENT, triggerTime: '2027-03-31T06:00:00.123Z' }).triggerTime).toBe(
    '2027-03-31T06:00:00.123Z',
  );
});

test.each(['', 'nightly', '{', '\u0000'])('%j is refused: it is not JSON', (text) => {
  expect(() => decodeTimerEvent(Buffer.from(text))).toThrow('the event is not JSON');
});

test.each([
  ['null', null],
  ['a number', 5],
  ['a list', []],
  ['no time', { triggerName: 'nightly' }],
  ['another time', { ...EVENT, triggerTime: 1_800_000_000_000 }],
  ['a word', { ...EVENT, triggerTime: 'midnight 1' }],
  ['a bare number', { ...EVENT, triggerTime: '1' }],
  ['a day that does not exist', { ...EVENT, triggerTime: '2027-13-01T00:00:00Z' }],
])('an event with %s for a time is refused with an example', (_what, value) => {
  expect(() => decode(value)).toThrow('the event has no triggerTime such as 2027-03-31T06:00:00Z');
});

test('an event without the name of its trigger is refused', () => {
  expect(() => decode({ ...EVENT, triggerName: '' })).toThrow('the event has no triggerName');
  expect(() => decode({ triggerTime: EVENT.triggerTime })).toThrow('the event has no triggerName');
});
