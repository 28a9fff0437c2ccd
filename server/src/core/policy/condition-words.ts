/** Conditions in words. */
import type { Condition } from "@steward/sdk";
import type { Misfit } from "./condition.ts";
import { quoteValue } from "./decision.ts";

const LISTED_MAX = 10;

/** `a, b or c`; of many the first ten and how many more. */
export function listWords(words: readonly string[], joint: "and" | "or"): string {
  const shown =
    words.length > LISTED_MAX ? [...words.slice(0, LISTED_MAX), `${words.length - LISTED_MAX} others`] : words;
  if (shown.length < 2) return shown.join("");
  return `${shown.slice(0, -1).join(", ")} ${joint} ${shown.at(-1)}`;
}

/** A text of a form among words: as it is where nobody could mistake it for them, else between quotes. */
export function formText(text: string): string {
  const plain = quoteValue(text);
  return /^[\p{L}\p{N}@#*._/:+~-]+$/u.test(plain) ? plain : `“${plain}”`;
}

export function numberWords(number: number): string {
  const text = String(number);
  return /^-?\d+(?:\.\d+)?$/.test(text) ? text.replace(/\B(?<!\.\d*)(?=(?:\d{3})+(?!\d))/g, ",") : text;
}

function texts(list: readonly string[]): string {
  return listWords(list.map(formText), "or");
}

/** What a value is when the condition holds: `is at most 100`. */
export function conditionWords(condition: Condition): string {
  if ("domains" in condition) return `is in ${texts(condition.domains)}`;
  if ("in" in condition) return `is ${texts(condition.in)}`;
  if ("prefix" in condition) return `is or lies below ${texts(condition.prefix)}`;
  if ("matches" in condition) return `matches ${texts(condition.matches)}`;
  if ("max" in condition) return `is at most ${numberWords(condition.max)}`;
  if ("min" in condition) return `is at least ${numberWords(condition.min)}`;
  return "is anything";
}

/** What kept a condition from holding: `to: bob@evil.com is not in example.com`. */
export function misfitWords(condition: Condition, { why, value }: Misfit): string {
  const wanted = conditionWords(condition);
  if (why === "missing")
    return `${condition.field}: it is not given, or part of it is not, and has to be what ${wanted}`;
  if (why === "unfit") return `${condition.field}: ${quoteValue(value)} ${negated(wanted)}`;
  const shown = value === null ? "what is there" : quoteValue(value);
  return `${condition.field}: ${shown} can't be read as ${readableAs(condition)}`;
}

function negated(words: string): string {
  return words.startsWith("matches ") ? `does not match ${words.slice(8)}` : words.replace(/^is /, "is not ");
}

function readableAs(condition: Condition): string {
  if ("domains" in condition) return "plain mail addresses or a URL";
  if ("prefix" in condition) return "a plain path";
  return "max" in condition || "min" in condition ? "a number" : "text";
}
