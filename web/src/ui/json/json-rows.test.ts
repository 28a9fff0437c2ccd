import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonRows, type JsonView, pathId, pathText } from "./json-rows.ts";

const view = (more: Partial<JsonView> = {}): JsonView => ({
  toggled: new Set(),
  openDepth: 2,
  query: "",
  shown: new Map(),
  ...more,
});
const paths = (value: unknown, more: Partial<JsonView> = {}) =>
  jsonRows(value, view(more)).rows.map((row) => (row.kind === "more" ? `+${row.hidden}` : pathText("$", row.path)));

describe("a JSON tree", () => {
  const value = { a: { b: { c: 1 } }, list: [10, 20] };

  it("is open down to its depth, and what is toggled is the other way round", () => {
    expect(paths(value)).toEqual(["$", "$.a", "$.a.b", "$.list", "$.list[0]", "$.list[1]"]);
    expect(paths(value, { toggled: new Set(["/list", "/a/b"]) })).toEqual(["$", "$.a", "$.a.b", "$.a.b.c", "$.list"]);
  });

  it("shows the first hundred children, then more on request", () => {
    const long = Array.from({ length: 250 }, (_, index) => index);
    expect(paths(long)).toHaveLength(102);
    expect(paths(long).at(-1)).toBe("+150");
    expect(paths(long, { shown: new Map([["", 200]]) }).at(-1)).toBe("+50");
  });

  it("names what is stored apart by its size and never opens it", () => {
    const [, row] = jsonRows({ file: { $blob: "x", bytes: 4_200_000 } }, view()).rows;
    expect(row).toMatchObject({ form: "blob", size: 4_200_000, open: false });
  });

  it("is cut, and says so, instead of growing without limit", () => {
    const wide = Array.from({ length: 90 }, () => Array.from({ length: 90 }, () => 1));
    const { rows, cut } = jsonRows(wide, view());
    expect(rows.length).toBeLessThanOrEqual(5001);
    expect(cut).toBe(true);
  });
});

describe("a search", () => {
  const value = { mail: { to: "Ada@example.org", cc: [] }, items: [{ sku: "x1" }, { sku: "y2" }] };

  it("finds keys and values in any case and shows only what leads to them", () => {
    expect(paths(value, { query: "ADA" })).toEqual(["$", "$.mail", "$.mail.to"]);
    expect(paths(value, { query: "sku", openDepth: 0 })).toEqual([
      "$",
      "$.items",
      "$.items[0]",
      "$.items[0].sku",
      "$.items[1]",
      "$.items[1].sku",
    ]);
    expect(jsonRows(value, view({ query: "sku" })).matches).toBe(2);
  });

  it("without a match shows the root alone", () => {
    expect(paths(value, { query: "nothing" })).toEqual(["$"]);
  });
});

it("two different paths never share an id, and a path can be read back from the value it names", () => {
  const key = fc.oneof(fc.constantFrom("a", "a/b", "~", "~1", "__proto__", "", "0"), fc.string());
  fc.assert(
    fc.property(fc.array(key, { maxLength: 4 }), fc.array(key, { maxLength: 4 }), (one, other) => {
      expect(pathId(one) === pathId(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
    }),
  );
  expect(pathText("steps.a", ["b", 0, "c d", "e"])).toBe('steps.a.b[0]["c d"].e');
});
