/** What PostgreSQL answers, as JSON a flow can carry: nothing is rounded, nothing is guessed from a text's looks. */
import { unreachable } from "../invariant.ts";
import type { Json } from "../json.ts";
import { parseJson } from "../parse-json.ts";

/** Types by the ids that pg_type.dat gives them; `array` is the id of the list of such. */
const TYPES = {
  boolean: { oid: 16, array: 1000 },
  bytea: { oid: 17, array: 1001 },
  bigint: { oid: 20, array: 1016 },
  smallint: { oid: 21, array: 1005 },
  integer: { oid: 23, array: 1007 },
  text: { oid: 25, array: 1009 },
  oid: { oid: 26, array: 1028 },
  json: { oid: 114, array: 199 },
  real: { oid: 700, array: 1021 },
  double: { oid: 701, array: 1022 },
  varchar: { oid: 1043, array: 1015 },
  date: { oid: 1082, array: 1182 },
  timestamp: { oid: 1114, array: 1115 },
  timestamptz: { oid: 1184, array: 1185 },
  numeric: { oid: 1700, array: 1231 },
  uuid: { oid: 2950, array: 2951 },
  jsonb: { oid: 3802, array: 3807 },
} as const satisfies Record<string, { readonly oid: number; readonly array: number }>;

type TypeName = keyof typeof TYPES;
interface SqlType {
  readonly name: TypeName | "other";
  readonly list: boolean;
}

const BY_OID = new Map<number, SqlType>(
  Object.entries(TYPES).flatMap(([name, { oid, array }]) => [
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table's own names
    [oid, { name: name as TypeName, list: false }],
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same
    [array, { name: name as TypeName, list: true }],
  ]),
);

/** `bigint`, `text[]`, or `other` for a type that is shown as PostgreSQL writes it. */
export function sqlTypeName(oid: number): string {
  const { name, list } = typeOf(oid);
  return list ? `${name}[]` : name;
}

function typeOf(oid: number): SqlType {
  return BY_OID.get(oid) ?? { name: "other", list: false };
}

/**
 * The JSON of a value that came as text under the settings of our sessions (ISO dates, UTC, hex bytes). A bigint or
 * numeric that a JSON number can't hold exactly, and NaN and Infinity, stay text; dates and times are ISO 8601; bytes
 * are base64; one-dimensional lists become lists; every other type stays the text PostgreSQL writes.
 */
export function sqlToJson(oid: number, text: string | null): Json {
  if (text === null) return null;
  const { name, list } = typeOf(oid);
  if (!list) return scalar(name, text);
  const items = parseList(text);
  return items === null ? text : items.map((item) => (item === null ? null : scalar(name, item)));
}

function scalar(name: SqlType["name"], text: string): Json {
  switch (name) {
    case "boolean":
      return text === "t";
    case "smallint":
    case "integer":
    case "oid":
      return Number(text);
    case "bigint":
      return text; // always text, so that its type doesn't hang on its size
    case "real":
    case "double":
      return Number.isFinite(Number(text)) ? Number(text) : text;
    case "numeric":
      return numericToJson(text);
    case "json":
    case "jsonb":
      return jsonOf(text);
    case "bytea":
      return text.startsWith("\\x") ? Buffer.from(text.slice(2), "hex").toString("base64") : text;
    case "timestamp":
      return text.replace(" ", "T");
    case "timestamptz":
      return isoTime(text);
    case "text":
    case "varchar":
    case "date":
    case "uuid":
    case "other":
      return text;
    default:
      return unreachable(name);
  }
}

/** A number when it says the same, else the text: 12.50 and 0.1 are numbers, 0.10000000000000000001 is not. */
export function numericToJson(text: string): Json {
  const number = Number(text);
  return Number.isFinite(number) && sameDecimal(text, number) ? number : text;
}

function sameDecimal(text: string, number: number): boolean {
  if (text.length > 400) return false;
  return decimal(text) === decimal(number.toString());
}

/** A decimal without superfluous zeros and exponent: digits and a power of ten. */
function decimal(text: string): string | null {
  const parts = /^(-?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!parts) return null;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = parts;
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const kept = digits.replace(/0+$/, "");
  if (kept === "") return "0";
  return `${sign}${kept}e${Number(exponent) - fraction.length + digits.length - kept.length}`;
}

function jsonOf(text: string): Json {
  const parsed = parseJson(text);
  return parsed.ok ? parsed.value : text; // numbers beyond JSON's, or nested too deep for a run
}

/** `2026-11-21 12:00:00.5+00` as `2026-11-21T12:00:00.500Z`; times of other eras and infinities stay text. */
export function isoTime(text: string): string {
  const parts = /^(\d{4})-(\d\d)-(\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00(?::00)?$/.exec(text);
  if (!parts) return text;
  const [, year, month, day, time, fraction = ""] = parts;
  return `${year}-${month}-${day}T${time}.${fraction.padEnd(3, "0")}Z`;
}

/** The items of a one-dimensional array as PostgreSQL writes it, null for one of several dimensions or own bounds. */
function parseList(text: string): (string | null)[] | null {
  if (text === "{}") return [];
  if (!/^\{[^{]/.test(text)) return null;
  const items: (string | null)[] = [];
  let at = 1;
  while (at < text.length) {
    let item = "";
    if (text[at] === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) {
        if (text[at] === "\\") at++;
        item += text[at] ?? "";
      }
      at++;
      items.push(item);
    } else {
      const end = /[,}]/.exec(text.slice(at, at + 1000))?.index ?? text.slice(at).search(/[,}]/);
      if (end < 0) return null;
      item = text.slice(at, at + end);
      if (item.includes("{")) return null;
      at += end;
      items.push(item === "NULL" ? null : item);
    }
    if (text[at] === "}") return at === text.length - 1 ? items : null;
    if (text[at] !== ",") return null;
    at++;
  }
  return null;
}

const LIST_OIDS: ReadonlySet<number> = new Set(Object.values(TYPES).map(({ array }) => array));
const JSON_OIDS: ReadonlySet<number> = new Set([TYPES.json.oid, TYPES.jsonb.oid]);

/**
 * The text by which a JSON value is bound to a place of this type, null for NULL: JSON where the statement wants JSON,
 * an SQL array where it wants one, else the plain text of it. Undefined when the value can't be bound there.
 */
export function jsonToSql(oid: number, value: Json): string | null | undefined {
  if (value === null) return null;
  if (JSON_OIDS.has(oid)) return JSON.stringify(value);
  if (Array.isArray(value)) return LIST_OIDS.has(oid) ? listText(value) : JSON.stringify(value);
  if (typeof value === "object") return LIST_OIDS.has(oid) ? undefined : JSON.stringify(value);
  if (LIST_OIDS.has(oid) && typeof value !== "string") return undefined;
  return String(value);
}

function listText(items: readonly Json[]): string {
  return `{${items.map(listItem).join(",")}}`;
}

function listItem(item: Json): string {
  if (item === null) return "NULL";
  const text = typeof item === "object" ? JSON.stringify(item) : String(item);
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
