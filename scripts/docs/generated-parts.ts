const PART = /^<!-- generated: (\S+) -->\n[\s\S]*?^<!-- end of \1 -->$/gm;

/**
 * A page with its generated parts made anew. A part stands between `<!-- generated: NAME -->` and
 * `<!-- end of NAME -->`. Throws an Error if a part of the page has no content, or a content no part.
 */
export function withGeneratedParts(page: string, contents: ReadonlyMap<string, string>): string {
  const missing = new Set(contents.keys());
  const made = page.replace(PART, (_part, name: string) => {
    const content = contents.get(name);
    if (content === undefined) {
      throw new Error(`nothing is generated for "${name}": remove it from the page`);
    }
    missing.delete(name);
    return `<!-- generated: ${name} -->\n\n${content}\n\n<!-- end of ${name} -->`;
  });
  const [first] = missing;
  if (first !== undefined) {
    throw new Error(
      `"${first}" is on no page: write "<!-- generated: ${first} -->" and "<!-- end of ${first} -->" where its table is to stand`,
    );
  }
  return made;
}
