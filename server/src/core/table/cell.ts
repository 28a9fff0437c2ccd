/** A cell: from JSON and CSV to the text the database is given, and from the database's text to both. */
import type { ColumnType } from "@steward/sdk";
import { unreachable } from "../invariant.ts";
import type { Json } from "../json.ts";
import { measureJson, parseJson } from "../parse-json.ts";
import { isoTime, numericToJson } from "./sql-json.ts";

/** What decides whether a value fits. */
export interface CellRules {
  readonly type: ColumnType;
  readonly options: readonly string[] | null;
}

/** The text the database is given (null for NULL), or why the value doesn't fit. */
export type Cell =
  | { readonly ok: true; readonly text: string | null }
  | { readonly ok: false; readonly message: string };

const TEXT_CHARS_MAX = 1_000_000;
const JSON_DEPTH_MAX = 200;

/** The type of SQL behind each of ours. */
export const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  text: "text",
  number: "numeric",
  integer: "bigint",
  boolean: "boolean",
  date: "date",
  time: "timestamp with time zone",
  json: "jsonb",
  select: "text",
};

const NULL: Cell = { ok: true, text: null };
const fits = (text: string): Cell => ({ ok: true, text });
const unfit = (message: string): Cell => ({ ok: false, message });

/** A value as the API takes it. */
export function cellOfJson(rules: CellRules, value: Json): Cell {
  if (value === null) return NULL;
  switch (rules.type) {
    case "text":
    case "select":
      return typeof value === "string" ? textCell(rules, value) : unfit("is to be a text");
    case "number":
    case "integer":
      if (typeof value !== "number" && typeof value !== "string") return unfit("is to be a number");
      return rules.type === "number" ? numberCell(String(value)) : integerCell(String(value));
    case "boolean":
      return typeof value === "boolean" ? fits(String(value)) : unfit("is to be true or false");
    case "date":
      return typeof value === "string" ? dateCell(value) : unfit('is to be a date such as "2026-11-21"');
    case "time":
      return typeof value === "string" ? timeCell(value, false) : unfit(TIME_WANTED);
    case "json":
      return jsonCell(JSON.stringify(value));
    default:
      return unreachable(rules.type);
  }
}

/** A value as CSV, and the text of another column, has it: an empty one is none. */
export function cellOfText(rules: CellRules, text: string): Cell {
  if (text === "") return NULL;
  switch (rules.type) {
    case "text":
    case "select":
      return textCell(rules, text);
    case "number":
      return numberCell(bare(text));
    case "integer":
      return integerCell(bare(text));
    case "boolean":
      return booleanCell(bare(text).toLowerCase());
    case "date":
      return dateCell(bare(text));
    case "time":
      return timeCell(bare(text), true);
    case "json": {
      const parsed = parseJson(text);
      return parsed.ok ? jsonCell(text) : unfit(`is not JSON: ${parsed.message}`);
    }
    default:
      return unreachable(rules.type);
  }
}

/** Without the blanks of ASCII around it: what SQL's btrim is told to take away too. */
function bare(text: string): string {
  return text.replace(/^[ \t\n\r\f\v]+/, "").replace(/(?<![ \t\n\r\f\v])[ \t\n\r\f\v]+$/, "");
}

function textCell({ type, options }: CellRules, text: string): Cell {
  if (text.length > TEXT_CHARS_MAX) return unfit(`has more than ${TEXT_CHARS_MAX} characters`);
  if (text.includes("\0")) return unfit("holds U+0000, which can't be stored");
  if (!text.isWellFormed()) return unfit("holds half of a character (a lone surrogate)");
  if (type === "select" && options?.includes(text) !== true) return unfit(`is to be one of ${listed(options ?? [])}`);
  return fits(text);
}

function listed(options: readonly string[]): string {
  const shown = options.slice(0, 10).map((one) => JSON.stringify(one));
  return options.length > shown.length ? `${shown.join(", ")}, …` : shown.join(", ");
}

const NUMBER = /^[+-]?(?:\d{1,100}(?:\.\d{0,100})?|\.\d{1,100})(?:[eE][+-]?\d{1,2})?$/;

function numberCell(text: string): Cell {
  return NUMBER.test(text) ? fits(text) : unfit("is to be a number such as 12.5");
}

const INT64_MAX = 2n ** 63n - 1n;

function integerCell(text: string): Cell {
  const digits = /^([+-]?\d{1,40})(?:\.0{0,40})?$/.exec(text)?.[1]; // 12.00 is a whole number
  if (digits === undefined) return unfit("is to be a whole number such as 12");
  const value = BigInt(digits.replace(/^\+/, ""));
  return value <= INT64_MAX && value >= -INT64_MAX - 1n ? fits(String(value)) : unfit("is beyond 64 bits");
}

const TRUE: ReadonlySet<string> = new Set(["true", "t", "yes", "y", "on", "1"]);
const FALSE: ReadonlySet<string> = new Set(["false", "f", "no", "n", "off", "0"]);

function booleanCell(text: string): Cell {
  if (TRUE.has(text)) return fits("true");
  return FALSE.has(text) ? fits("false") : unfit("is to be true or false");
}

function dateCell(text: string): Cell {
  const midnight = /^(\d{4}-\d\d-\d\d)(?:[T ]00:00:00(?:\.0{1,6})?(?:Z|\+00)?)?$/.exec(text)?.[1];
  return midnight !== undefined && isDay(midnight) ? fits(midnight) : unfit('is to be a date such as "2026-11-21"');
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text) && !text.startsWith("0000");
}

const TIME_WANTED = 'is to be a time with its zone, such as "2026-11-21T12:30:00Z"';
const TIME =
  /^(\d{4}-\d\d-\d\d)(?:[T ]((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?:\.\d{1,6})?)(Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?)?$/i;

/** @param lenient as CSV has it: without a zone it is UTC, without a time it is midnight */
function timeCell(text: string, lenient: boolean): Cell {
  const parts = TIME.exec(text);
  const [, day = "", time, zone] = parts ?? [];
  if (!parts || !isDay(day) || (!lenient && (time === undefined || zone === undefined))) return unfit(TIME_WANTED);
  if (time !== undefined && /^\d\d:\d\d\./.test(time)) return unfit(TIME_WANTED);
  return fits(`${day}T${time ?? "00:00"}${zone?.toUpperCase() ?? "Z"}`);
}

function jsonCell(text: string): Cell {
  if (text.length > TEXT_CHARS_MAX) return unfit(`has more than ${TEXT_CHARS_MAX} characters as JSON`);
  if (measureJson(text).depth > JSON_DEPTH_MAX) return unfit(`is nested more than ${JSON_DEPTH_MAX} deep`);
  // jsonb keeps neither U+0000 nor half of a character, which a normal text of JSON writes as these escapes.
  if (!text.isWellFormed() || /(?<!\\)(?:\\\\)*\\u(?:0000|[dD][89a-fA-F])/.test(JSON.stringify(JSON.parse(text))))
    return unfit("holds U+0000 or half of a character");
  return fits(text);
}

/** The database's text of a cell as JSON: numbers that JSON can't hold exactly stay text. */
export function cellToJson(type: ColumnType, text: string | null): Json {
  if (text === null) return null;
  switch (type) {
    case "text":
    case "select":
    case "date":
      return text;
    case "number":
      return numericToJson(text);
    case "integer":
      return Number.isSafeInteger(Number(text)) ? Number(text) : text;
    case "boolean":
      return text === "true" || text === "t";
    case "time":
      return isoTime(text);
    case "json": {
      const parsed = parseJson(text);
      return parsed.ok ? parsed.value : text;
    }
    default:
      return unreachable(type);
  }
}

/** The database's text of a cell as CSV shows it, before quoting. */
export function cellToText(type: ColumnType, text: string | null): string {
  if (text === null) return "";
  if (type === "time") return isoTime(text);
  if (type === "boolean") return text === "true" || text === "t" ? "true" : "false";
  return text;
}
