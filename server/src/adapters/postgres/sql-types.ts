import { types } from "pg";

import { invariant } from "../../core/invariant.ts";

/** Type ids of pg_type.dat that we read otherwise than the driver does. */
const OID = {
  int8: 20,
  date: 1082,
  timestamptz: 1184,
  int8Array: 1016,
  dateArray: 1182,
  timestamptzArray: 1185,
  textArray: 1009,
};

type Parser = (text: string) => unknown;

const parseTextArray: (text: string) => unknown[] = types.getTypeParser(OID.textArray, "text");
const arrayOf = (parse: Parser): Parser => {
  // Items are texts, nulls and, with several dimensions, arrays of these.
  const parseItem = (item: unknown): unknown => {
    if (Array.isArray(item)) return item.map(parseItem);
    return typeof item === "string" ? parse(item) : null;
  };
  return (text) => parseTextArray(text).map(parseItem);
};

/** An int8 as a number. One beyond 2^53 would come out as another number, so it throws. */
export function parseInt8(text: string): number {
  const value = Number(text);
  invariant(Number.isSafeInteger(value), `the database gave an int8 that is no safe integer: ${text}`);
  return value;
}

const TIME = /^(\d{4,6})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?$/;

/** A timestamptz (DateStyle ISO) as epoch milliseconds; microseconds are cut off. */
export function parseTime(text: string): number {
  if (text === "infinity") return Number.POSITIVE_INFINITY;
  if (text === "-infinity") return Number.NEGATIVE_INFINITY;
  const parts = TIME.exec(text);
  invariant(parts !== null, `the database gave a time that is none of this era: ${text}`);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  const ms = Number((parts[7] ?? "").padEnd(3, "0").slice(0, 3));
  // Zones of old had seconds: Amsterdam was +00:19:32.
  const east = Number(parts[9]) * 3600 + Number(parts[10] ?? 0) * 60 + Number(parts[11] ?? 0);
  return Date.UTC(year, month - 1, day, hour, minute, second, ms) - (parts[8] === "-" ? -east : east) * 1000;
}

const PARSERS: ReadonlyMap<number, Parser> = new Map([
  [OID.int8, parseInt8],
  [OID.int8Array, arrayOf(parseInt8)],
  [OID.timestamptz, parseTime],
  [OID.timestamptzArray, arrayOf(parseTime)],
  [OID.date, (text: string) => text],
  [OID.dateArray, arrayOf((text) => text)],
]);

/** The readers of `Result`'s promise, for one connection; the driver's own defaults stay untouched. */
export const SQL_TYPES = {
  getTypeParser: (oid: number, format: "text" | "binary" = "text") =>
    format === "binary" ? types.getTypeParser(oid, "binary") : (PARSERS.get(oid) ?? types.getTypeParser(oid, "text")),
};
