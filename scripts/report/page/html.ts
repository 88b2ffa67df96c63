/** Markup that may be put into a page as it is. Only this file makes any from text. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Content = Markup | string | number | readonly Content[];

/**
 * Builds markup. Whatever is put between the literal parts is escaped unless it is markup itself, so that
 * no text can become an element or leave a quoted attribute.
 */
export function html(literals: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  const pieces = literals.map((literal, index) => {
    const content = contents[index];
    return content === undefined ? literal : literal + render(content);
  });
  return new Markup(pieces.join(''));
}

/** Nothing, where there is nothing to show. */
export const NOTHING = new Markup('');

function render(content: Content): string {
  if (content instanceof Markup) return content.text;
  if (Array.isArray(content)) return content.map(render).join('');
  return escapeText(String(content));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Control characters and broken ones show as U+FFFD, and so do those that turn the direction of writing:
 * with them a name could show as another one.
 */
const INVISIBLE = /(?![\n\t])[\p{Cc}\p{Cs}\p{Bidi_Control}]/gu;

function escapeText(text: string): string {
  return text
    .replace(INVISIBLE, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
