import * as fc from "fast-check";
import { expect, test } from "vitest";
import { measureJson, parseJson } from "./parse-json.ts";

test("yields what JSON.parse yields, but for fields named __proto__", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const parsed = parseJson(text);
      fc.pre(!text.includes("__proto__"));
      expect(parsed).toEqual({ ok: true, value: JSON.parse(text) as unknown });
    }),
  );
});

test("no spelling of __proto__ gets through, and every other field does", () => {
  const text =
    '{"a":{"__proto__":{"x":1},"y":2},"__proto\\u005F_":[1],"\\u005f\\u005fproto__":1,"\\u005F_pr\\u006fto__":2,"constructor":3}';
  expect(parseJson(text)).toEqual({ ok: true, value: { a: { y: 2 }, constructor: 3 } });
  expect(JSON.stringify(parseJson(text))).toBe('{"ok":true,"value":{"a":{"y":2},"constructor":3}}');
});

test("what is not JSON is told without quoting it", () => {
  expect(parseJson("{secret")).toEqual({ ok: false, message: "the text is not JSON" });
  expect(parseJson("")).toEqual({ ok: false, message: "the text is not JSON" });
});

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

test("nesting is bounded, brackets in text don't count", () => {
  expect(parseJson(nested(200)).ok).toBe(true);
  expect(parseJson(nested(201))).toEqual({ ok: false, message: "the JSON is nested more than 200 deep" });
  expect(parseJson("[".repeat(1_000_000)).ok).toBe(false);
  expect(parseJson(JSON.stringify('[{\\"'.repeat(1000))).ok).toBe(true);
});

test("measures depth and fields of any JSON", () => {
  const depth = (value: unknown): number =>
    typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0;
  const fields = (value: unknown): number => {
    if (typeof value !== "object" || value === null) return 0;
    return (
      (Array.isArray(value) ? 0 : Object.keys(value).length) +
      Object.values(value).reduce((sum: number, one) => sum + fields(one), 0)
    );
  };
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(measureJson(JSON.stringify(value, null, 1))).toEqual({ depth: depth(value), fields: fields(value) });
    }),
  );
});
