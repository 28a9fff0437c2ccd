/** A text with `*` for any text, empty ones and line ends included; everything else to the letter. */
export interface Pattern {
  readonly source: string;
  /** Linear in the text: no backtracking, whatever the pattern. */
  matches(text: string): boolean;
}

interface Piece {
  readonly text: string;
  /** Of each prefix, the length of its longest border: where to go on after a mismatch (Knuth, Morris, Pratt 1977). */
  readonly borders: Int32Array;
}

export function compilePattern(source: string): Pattern {
  const texts = source.split("*");
  const first = texts[0] ?? "";
  const last = texts.at(-1) ?? "";
  if (texts.length === 1) return { source, matches: (text) => text === source };
  const between = texts
    .slice(1, -1)
    .filter((text) => text !== "")
    .map((text) => ({ text, borders: bordersOf(text) }));
  return {
    source,
    matches(text) {
      const end = text.length - last.length;
      if (first.length > end || !text.startsWith(first) || !text.endsWith(last)) return false;
      let at = first.length;
      for (const piece of between) {
        at = endOfFirst(piece, text, at, end);
        if (at === -1) return false;
      }
      return true;
    },
  };
}

function bordersOf(text: string): Int32Array {
  const borders = new Int32Array(text.length);
  let length = 0;
  for (let at = 1; at < text.length; at++) {
    while (length > 0 && text.charCodeAt(at) !== text.charCodeAt(length)) length = borders[length - 1]!;
    if (text.charCodeAt(at) === text.charCodeAt(length)) length++;
    borders[at] = length;
  }
  return borders;
}

/** Where the first occurrence in `text[from, to)` ends; -1 when there is none. */
function endOfFirst({ text: wanted, borders }: Piece, text: string, from: number, to: number): number {
  let length = 0;
  for (let at = from; at < to; at++) {
    while (length > 0 && text.charCodeAt(at) !== wanted.charCodeAt(length)) length = borders[length - 1]!;
    if (text.charCodeAt(at) === wanted.charCodeAt(length)) length++;
    if (length === wanted.length) return at + 1;
  }
  return -1;
}
