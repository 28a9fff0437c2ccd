/** Text from flow files and run data as it is safe to look at. Pure. */

/** What changes the direction of the text after it, up to a whole paragraph, without being seen (UAX 9, 2.1 and 2.4). */
const DIRECTING = /[\u202A-\u202E\u2066-\u2069]/g;

/** The text with each directing character as its code, `[U+202E]`, so that a name is read as it is written. */
export function visible(text: string): string {
  return text.replaceAll(DIRECTING, (one) => `[U+${codeOf(one)}]`);
}

/** JSON text with each directing character as its escape: the same value, readable. */
export function visibleJson(json: string): string {
  return json.replaceAll(DIRECTING, (one) => `\\u${codeOf(one)}`);
}

function codeOf(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
}
