/** How a stretch of terminal text looks. */
export interface Style {
  readonly bold: boolean;
  readonly dim: boolean;
  readonly color?: Color;
}
export type Color = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan';

/** Text of one style, without a line break. */
export interface Stretch extends Style {
  readonly text: string;
}
export type Line = readonly Stretch[];

const COLORS: Readonly<Record<string, Color>> = {
  31: 'red',
  32: 'green',
  33: 'yellow',
  34: 'blue',
  35: 'magenta',
  36: 'cyan',
};
const PLAIN: Style = { bold: false, dim: false };

/**
 * Reads what a program wrote for a terminal: text with SGR sequences (ECMA-48, 8.3.117) of bold, dim and
 * the six colors that the demo uses. Any other sequence throws an Error, so that none is drawn as text.
 */
export function parseTerminal(output: string): Line[] {
  let style = PLAIN;
  return output.split('\n').map((line) => {
    const stretches: Stretch[] = [];
    for (const [index, piece] of line.split('\u001b[').entries()) {
      const [, code, text] = index === 0 ? ['', '', piece] : (/^(\d+)m(.*)$/.exec(piece) ?? []);
      if (code === undefined || text === undefined) {
        throw new Error(`a terminal sequence is not understood: ${JSON.stringify(piece)}`);
      }
      if (index > 0) style = after(style, code);
      if (text !== '') stretches.push({ ...style, text });
    }
    return stretches;
  });
}

function after(style: Style, code: string): Style {
  const { color: _color, ...uncolored } = style;
  switch (code) {
    case '0':
      return PLAIN;
    case '1':
      return { ...style, bold: true };
    case '2':
      return { ...style, dim: true };
    case '22':
      return { ...style, bold: false, dim: false };
    case '39':
      return uncolored;
    default: {
      const color = COLORS[code];
      if (color) return { ...style, color };
      throw new Error(`the terminal style ${code} is not understood: add it to the picture`);
    }
  }
}

/** The text of a line without its styles. */
export function textOf(line: Line): string {
  return line.map(({ text }) => text).join('');
}
