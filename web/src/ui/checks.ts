import { say } from "../language.ts";

/** The sign-in library's own limits; the server says so too. */
const PASSWORD_CHARS_MIN = 10;

export const needed = (text: string): string | undefined => (text.trim() === "" ? say.entry.needed : undefined);
export const emailWrong = (text: string): string | undefined =>
  /^[^\s@]+@[^\s@]+$/.test(text.trim()) ? undefined : say.entry.email;
export const passwordShort = (text: string): string | undefined =>
  text.length >= PASSWORD_CHARS_MIN ? undefined : say.entry.short;

/** The entries that say something. */
export function wrongs<K extends string>(all: Readonly<Record<K, string | undefined>>): Partial<Record<K, string>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is left out is what has no text
  return Object.fromEntries(Object.entries(all).filter(([, text]) => text !== undefined)) as Partial<Record<K, string>>;
}
