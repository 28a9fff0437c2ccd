import fc from "fast-check";
import { expect, test } from "vitest";
import { cellOfJson, cellOfText, cellToJson, type CellRules } from "./cell.ts";
import { csvLine } from "./csv-line.ts";
import { nameProblem } from "./name.ts";
import { jsonToSql, numericToJson, sqlToJson } from "./sql-json.ts";

const rules = (type: CellRules["type"], options: readonly string[] | null = null): CellRules => ({ type, options });
const textOf = (cell: ReturnType<typeof cellOfText>): string | null => (cell.ok ? cell.text : "unfit");

test("a number is a JSON number exactly when that says the same", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Number(numericToJson(String(value)))).toBe(value === 0 ? 0 : value);
    }),
  );
  for (const [text, json] of [
    ["12.50", 12.5],
    ["1e3", 1000],
    ["-0.0", 0],
    ["9007199254740993", "9007199254740993"],
    ["0.1", 0.1],
    ["0.10000000000000000001", "0.10000000000000000001"],
    ["NaN", "NaN"],
    ["1e400", "1e400"],
  ] as const)
    expect([text, numericToJson(text)]).toEqual([text, json === 0 ? expect.closeTo(0) : json]);
});

test("what CSV has of each type is read, and what isn't one is not guessed at", () => {
  for (const [type, given, text] of [
    ["integer", " 12.00 ", "12"],
    ["integer", "12.5", "unfit"],
    ["integer", "9223372036854775807", "9223372036854775807"],
    ["integer", "-9223372036854775809", "unfit"],
    ["number", "1,5", "unfit"],
    ["number", ".5", ".5"],
    ["number", "0x10", "unfit"],
    ["number", "Infinity", "unfit"],
    ["boolean", "Yes", "true"],
    ["boolean", "2", "unfit"],
    ["date", "2024-02-29", "2024-02-29"],
    ["date", "2023-02-29", "unfit"],
    ["date", "01/02/2024", "unfit"],
    ["time", "2024-02-29 12:00", "2024-02-29T12:00Z"],
    ["time", "2024-02-29T12:00:00+0530", "2024-02-29T12:00:00+0530"],
    ["time", "2024-02-29T24:00:00Z", "unfit"],
    ["json", '{"a":1}', '{"a":1}'],
    ["json", "{a:1}", "unfit"],
    ["text", "", null],
  ] as const)
    expect([type, given, textOf(cellOfText(rules(type), given))]).toEqual([type, given, text]);
  expect(cellOfText(rules("select", ["a"]), "b").ok).toBe(false);
});

test("JSON that can't be stored is told apart from JSON that looks like it", () => {
  for (const value of ["\0", "\ud800", { "\0": 1 }]) expect(cellOfJson(rules("json"), value).ok).toBe(false);
  for (const value of ["\\u0000", "\\ud800", { a: ["\u{1f600}"] }]) {
    const cell = cellOfJson(rules("json"), value);
    expect(cell.ok && cellToJson("json", cell.text)).toEqual(value);
  }
});

test("any list of texts goes to SQL and comes back", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.string({ unit: "binary" }))), (list) => {
      expect(sqlToJson(1009, jsonToSql(1009, list) ?? null)).toEqual(list);
    }),
  );
});

test("a line of CSV keeps to one cell what belongs to it, and tells formulas from numbers by its column", () => {
  expect(csvLine(['a"b', "c,d", " e", "=1", "-1"], (at) => at < 4)).toBe(`"a""b","c,d"," e",'=1,-1\r\n`);
});

test("a name is what people can read and PostgreSQL can keep", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 70 }), (name) => {
      if (nameProblem("column", name) !== null) return;
      expect(name).toBe(name.normalize("NFC").trim());
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
      expect(name).not.toMatch(/\p{Cc}|\p{Cf}/u);
    }),
  );
});
