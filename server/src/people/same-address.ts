/**
 * Whether two mail addresses are the same, A to Z in whatever case. No other letters are folded: the Kelvin sign is a
 * `k` to Unicode, and another mailbox to a mail server.
 */
export function sameAddress(one: string, other: string): boolean {
  return foldAscii(one) === foldAscii(other);
}

function foldAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
