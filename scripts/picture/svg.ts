import type { Color, Line, Stretch } from './terminal-text';

/** Of the font, in pixels. Every stretch is stretched to its columns, so that any monospace font will do. */
const FONT_SIZE = 14;
const COLUMN = 8.4;
const LINE = 18;
const MARGIN = 16;
/** Height of the bar over the text. */
const BAR = 32;

/** Against the background at least 4.5:1 (WCAG 2.2, 1.4.3). */
const FOREGROUND = '#d7dde5';
const BACKGROUND = '#10161e';
const BORDER = '#3a4452';
const DIM = '#97a3b3';
const COLORS: Readonly<Record<Color, string>> = {
  red: '#ff8f88',
  green: '#5fd07a',
  yellow: '#e3b341',
  blue: '#79b8ff',
  magenta: '#d7a6ff',
  cyan: '#56d4dd',
};

/**
 * Draws a terminal window as SVG. It brings its own background, so that it looks the same on a light page
 * and on a dark one; the text can be selected, and is read out by its title.
 */
export function drawTerminal(title: string, lines: readonly Line[], columns: number): string {
  const width = Math.ceil(columns * COLUMN) + 2 * MARGIN;
  const height = BAR + lines.length * LINE + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">`,
    `<title id="title">${toXml(title)}</title>`,
    `<style>${styles()}</style>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${BACKGROUND}" stroke="${BORDER}"/>`,
    ...[20, 38, 56].map((x) => `<circle cx="${x}" cy="17" r="5" fill="${BORDER}"/>`),
    ...lines.flatMap(drawLine),
    '</svg>',
    '',
  ].join('\n');
}

function styles(): string {
  return [
    `text{font:${FONT_SIZE}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:${FOREGROUND};white-space:pre}`,
    '.bold{font-weight:700}',
    `.dim{fill:${DIM}}`,
    ...Object.entries(COLORS).map(([name, value]) => `.${name}{fill:${value}}`),
  ].join('');
}

function drawLine(line: Line, index: number): string[] {
  const y = BAR + index * LINE + FONT_SIZE;
  let column = 0;
  return line.map((stretch) => {
    const { text } = stretch;
    const x = MARGIN + column * COLUMN;
    column += text.length;
    const length = round(text.length * COLUMN);
    return `<text x="${round(x)}" y="${y}" textLength="${length}"${classOf(stretch)} xml:space="preserve">${toXml(text)}</text>`;
  });
}

function classOf({ bold, dim, color }: Stretch): string {
  const names = [bold && 'bold', dim && 'dim', color].filter(Boolean);
  return names.length === 0 ? '' : ` class="${names.join(' ')}"`;
}

function round(value: number): number {
  return Number(value.toFixed(1));
}

function toXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The lines of text of a picture that `drawTerminal` drew, without their styles; blank ones are left out. */
export function textOfPicture(svg: string): string[] {
  const lines = new Map<string, string>();
  for (const [, y = '', text = ''] of svg.matchAll(/<text x="[^"]*" y="([^"]*)"[^>]*>([^<]*)</g)) {
    lines.set(y, (lines.get(y) ?? '') + fromXml(text));
  }
  return [...lines.values()];
}

function fromXml(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
