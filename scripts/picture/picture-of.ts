import { COLUMNS, excerptOf } from './excerpt';
import { drawTerminal } from './svg';
import { type Line, parseTerminal } from './terminal-text';

const TITLE =
  'A terminal that runs the demo: security groups are judged and repaired by a timer, by an event and by a signed request, a repair is taken back, and the records are verified.';
const PROMPT: readonly Line[] = [
  [
    { bold: false, dim: true, text: '$ ' },
    { bold: true, dim: false, text: 'npm run demo' },
  ],
  [],
];

/** The picture, as SVG, of what the demo wrote on a terminal. */
export function pictureOf(output: string): string {
  return drawTerminal(TITLE, [...PROMPT, ...excerptOf(parseTerminal(output))], COLUMNS);
}
