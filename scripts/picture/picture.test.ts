import { pictureOf } from './picture-of';
import { textOfPicture } from './svg';

const heading = (text: string) =>
  `\u001b[1m\u001b[34m▸\u001b[39m\u001b[22m \u001b[1m${text}\u001b[22m`;
const PROMPT = ['$ npm run demo'];

it('holds the headings and lines of each step, with characters that XML reserves', () => {
  const svg = pictureOf(
    ['', heading('One'), '  1 < 2 && 3 > 2', '', heading('Two'), '  x'].join('\n'),
  );
  expect(textOfPicture(svg)).toEqual([...PROMPT, '▸ One', '  1 < 2 && 3 > 2', '▸ Two', '  x']);
});

it('is the same for runs that differ only in ports, ids, digests, dates and times', () => {
  const run = (port: number, id: string, time: string) =>
    [
      heading('A run'),
      `  http://127.0.0.1:${port}: 2 groups`,
      `  ${time} s  sgr-${id.repeat(5)}`,
      `  run webhook-${id.repeat(4)}, record event-2030${id}T${id}Z-${id.repeat(4)}`,
      `  3 entries; head 3:${id}…`,
      `  until: 203${id[0]}-01-31`,
    ].join('\n');
  expect(pictureOf(run(8081, '1234', '0.01'))).toBe(pictureOf(run(9999, '4321', '1.27')));
});

it('breaks a long line before a word, and cuts what is longer than two lines', () => {
  const lines = textOfPicture(pictureOf(`${heading('Long')}\n  ${'word '.repeat(60)}`)).slice(2);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^ {2}word.*word$/);
  expect(lines[1]).toMatch(/^ {4}word.*…$/);
  expect(lines[1]).toHaveLength(100);
});

it('shows the beginning of a long step, and that there is more', () => {
  const step = [heading('Many'), ...Array.from({ length: 20 }, (_, index) => `  line ${index}`)];
  const lines = textOfPicture(pictureOf(step.join('\n'))).slice(2);
  expect(lines).toHaveLength(9);
  expect(lines.at(-1)).toBe('  …');
});

it('shows a table to its end', () => {
  const rows = Array.from({ length: 20 }, (_, index) => `  │ ${index} │`);
  const lines = textOfPicture(pictureOf([heading('Table'), ...rows, '  └───┘'].join('\n')));
  expect(lines.at(-1)).toBe('  └───┘');
});

it.each(['\u001b[2K', '\u001b[95m', '\u001b[1;31m'])(
  'refuses the terminal sequence %j',
  (sequence) => {
    expect(() => pictureOf(`${heading('x')}\n${sequence}y`)).toThrow(/not understood/);
  },
);
