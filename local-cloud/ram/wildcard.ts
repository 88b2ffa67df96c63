/** Whether a text is of the form of a pattern: `*` stands for any text, `?` for any one character. */
export type TextMatcher = (text: string) => boolean;

/** Reads a pattern. Matching takes time in proportion to the product of both lengths at most. */
export function compileWildcard(pattern: string): TextMatcher {
  const wanted = [...pattern];
  return (text) => {
    const given = [...text];
    let inText = 0;
    let inPattern = 0;
    let afterStar = -1;
    let starTook = 0;
    while (inText < given.length) {
      // The star goes first: the text may hold a star of its own, which must not stand for it.
      if (wanted[inPattern] === '*') {
        inPattern += 1;
        afterStar = inPattern;
        starTook = inText;
      } else if (wanted[inPattern] === '?' || wanted[inPattern] === given[inText]) {
        inPattern += 1;
        inText += 1;
      } else if (afterStar >= 0) {
        // The last star takes one more character; stars before it need no second try.
        starTook += 1;
        inPattern = afterStar;
        inText = starTook;
      } else {
        return false;
      }
    }
    return wanted.slice(inPattern).every((character) => character === '*');
  };
}
