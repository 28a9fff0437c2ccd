import { plainWords } from "./plain-words.ts";

/** A message before it is text and HTML: what a template says, in parts. */
export interface Letter {
  readonly subject: string;
  /** Each a sentence or a few, in the reader's terms. */
  readonly paragraphs: readonly string[];
  /** The one thing that the reader may do from here. */
  readonly action: { readonly label: string; readonly link: string } | null;
  /** What to know beside it: how long it is good for, what to do if it was not you. */
  readonly notes: readonly string[];
}

export function greeting(name: string): string {
  const words = plainWords(name);
  return words === "" ? "Hello," : `Hello ${words},`;
}

/** How long a link is good for, in words. */
export function lifeOf(minutes: number): string {
  if (minutes < 120) return minutes === 1 ? "1 minute" : `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}

const MONTHS = "January February March April May June July August September October November December".split(" ");

/** A moment as everybody reads it, wherever they are. */
export function momentOf(atMs: number): string {
  const at = new Date(atMs);
  const time = at.toISOString().slice(11, 16);
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}, ${time} UTC`;
}
