const WORDS_MAX = 80;

/**
 * What somebody typed, as words within a sentence: one line of bounded length, without control and direction characters,
 * and without anything that a mail program would make a link of. An invitation must not carry its inviter's advertisement.
 */
export function plainWords(text: string, max = WORDS_MAX): string {
  const line = text
    .toWellFormed()
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ")
    .replace(/[/\\@]|:(?=\S)|[.\u3002\uff0e\uff61](?=\S)/gu, " ")
    .replace(/ {2,}/g, " ")
    .trim();
  const characters = Array.from(line);
  return characters.length <= max ? line : `${characters.slice(0, max - 1).join("")}…`;
}
