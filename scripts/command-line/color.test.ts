import { wantsColor } from './color';

it.each([
  [[], {}, true, true],
  [[], {}, false, false],
  [[], { CI: 'true' }, false, false],
  [[], { TERM: 'dumb' }, true, false],
  [[], { NO_COLOR: '1' }, true, false],
  [[], { NO_COLOR: '' }, true, true],
  [[], { FORCE_COLOR: '1' }, false, true],
  [[], { FORCE_COLOR: '0' }, true, false],
  [[], { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  [['plan', '--color'], { NO_COLOR: '1' }, false, true],
  [['plan', '--no-color'], { FORCE_COLOR: '1' }, true, false],
] as const)(
  '%j with %j, on a terminal: %s, gives colors: %s',
  (parameters, environment, isTerminal, expected) => {
    expect(wantsColor(parameters, environment, isTerminal)).toBe(expected);
  },
);
