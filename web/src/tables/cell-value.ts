/** A cell's value as it is shown, edited and read back. Pure; the server has the last word. */
import type { Column } from "@steward/sdk";
import { type Json, readJson } from "../json-text.ts";
import { say } from "../language.ts";
import { exactWords } from "../words.ts";

const { cell: words, grid } = say.data.tables;
const SHOWN_CHARS_MAX = 300;
const TIME_CHARS = "2026-11-21 12:30:00".length;

export type ReadCell =
  | { readonly ok: true; readonly value: Json }
  /** In a sentence of its own. */
  | { readonly ok: false; readonly why: string };

/** One line of it, in the person's words and zone; nothing for no value. */
export function shownCell({ type }: Pick<Column, "type">, value: Json): string {
  if (value === null) return "";
  if (type === "boolean") return value === true ? grid.yes : grid.no;
  if (type === "time" && typeof value === "string") {
    const at = Date.parse(value);
    return Number.isNaN(at) ? value : exactWords(at).slice(0, TIME_CHARS);
  }
  const text = typeof value === "string" && type !== "json" ? value : JSON.stringify(value);
  return text.slice(0, SHOWN_CHARS_MAX);
}

/** The text that is put into an editor; `readCell` makes the same value of it. */
export function editedCell({ type }: Pick<Column, "type">, value: Json): string {
  if (value === null) return "";
  return typeof value === "string" && type !== "json" ? value : JSON.stringify(value);
}

type Rules = Pick<Column, "type" | "required" | "options">;

/** The value that a text means; an empty text is no value. */
export function readCell({ type, required, options }: Rules, text: string): ReadCell {
  if (text === "") return required ? no(words.needed) : yes(null);
  const bare = text.trim();
  switch (type) {
    case "text":
      return yes(text);
    case "select":
      return options === null || options.includes(text) ? yes(text) : no(words.select);
    // Kept as text, since a number of JavaScript's may hold less of it.
    case "number":
      return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(bare) ? yes(exactly(bare)) : no(words.number);
    case "integer":
      return /^[+-]?\d+$/.test(bare) ? yes(exactly(bare)) : no(words.integer);
    case "boolean":
      return bare === "true" || bare === "false" ? yes(bare === "true") : no(words.boolean);
    case "date":
      return /^\d{4}-\d\d-\d\d$/.test(bare) ? yes(bare) : no(words.date);
    case "time":
      return /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*(?:Z|[+-]\d\d(?::?\d\d)?)$/i.test(bare) ? yes(bare) : no(words.time);
    case "json":
    default: {
      const read = readJson(text);
      if (!read.ok) return no(words.json(read.why));
      return yes(read.value ?? null);
    }
  }
}

export function sameValue(one: Json, other: Json): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** As the server gives it: a number where that is exact. */
function exactly(text: string): Json {
  const number = Number(text);
  return Number.isFinite(number) && String(number) === text.replace(/^\+/, "") ? number : text;
}

const yes = (value: Json): ReadCell => ({ ok: true, value });
const no = (why: string): ReadCell => ({ ok: false, why });
