import fc from "fast-check";
import { expect, test } from "vitest";
import type { Json, JsonObject } from "../json.ts";
import { checkValue } from "./check-value.ts";
import { tryPattern } from "./safe-pattern.ts";
import { SchemaPool } from "./schema-pool.ts";

/** As the pool makes it of a document's schema. */
function problems(
  written: JsonObject,
  value: Json,
  version: "3.0" | "3.1" = "3.1",
  named: JsonObject = {},
): readonly string[] {
  const pool = new SchemaPool({ components: { schemas: named } }, version === "3.0");
  const schema = pool.read(written);
  return checkValue(schema, value, pool.reachedFrom([schema])).map(
    ({ path, message }) => `${path.join(".")}: ${message}`,
  );
}

test.each<[string, JsonObject, Json[], Json[]]>([
  ["a type", { type: "string" }, ["", "a"], [1, null, [], {}]],
  ["several types", { type: ["integer", "null"] }, [1, null, 3.0], [1.5, "1"]],
  ["listed values", { enum: ["a", 1, null, { b: [1] }] }, ["a", 1, null, { b: [1] }], ["b", 2, { b: [2] }]],
  ["one value", { const: 7 }, [7], [8]],
  ["a text's length in letters", { minLength: 2, maxLength: 3 }, ["ab", "👍👍👍", 5], ["a", "👍", "abcd"]],
  ["a pattern", { pattern: "^[a-z]{2,4}-\\d+$" }, ["ab-1"], ["AB-1", "abcde-1"]],
  ["bounds", { minimum: 1, maximum: 2 }, [1, 2, "x"], [0, 3]],
  ["bounds that are not themselves", { exclusiveMinimum: 1, exclusiveMaximum: 2 }, [1.5], [1, 2]],
  ["a step", { multipleOf: 0.01 }, [0.07, 1.1, 2], [0.005]],
  [
    "a list",
    { items: { type: "integer" }, minItems: 1, maxItems: 2, uniqueItems: true },
    [[1], [1, 2]],
    [[], [1, 1], [1, 2, 3], ["a"]],
  ],
  [
    "a list's first",
    { prefixItems: [{ type: "string" }], items: { type: "integer" } },
    [["a", 1], []],
    [[1], ["a", "b"]],
  ],
  ["what a list holds", { contains: { const: 1 } }, [[2, 1]], [[], [2]]],
  [
    "fields",
    { properties: { a: { type: "string" } }, required: ["a"], additionalProperties: false },
    [{ a: "x" }],
    [{}, { a: 1 }, { a: "x", b: 1 }],
  ],
  ["further fields", { additionalProperties: { type: "integer" } }, [{}, { x: 1 }], [{ x: "1" }]],
  [
    "fields by pattern",
    { patternProperties: { "^x-": { type: "string" } }, additionalProperties: false },
    [{ "x-a": "1" }],
    [{ "x-a": 1 }, { y: 1 }],
  ],
  [
    "names and counts of fields",
    { propertyNames: { maxLength: 1 }, minProperties: 1, maxProperties: 2 },
    [{ a: 1 }],
    [{}, { ab: 1 }, { a: 1, b: 1, c: 1 }],
  ],
  ["all of", { allOf: [{ type: "integer" }, { minimum: 3 }] }, [3], [2, "3"]],
  ["any of", { anyOf: [{ type: "integer" }, { type: "null" }] }, [1, null], ["1"]],
  ["not", { not: { type: "integer" } }, ["1"], [1]],
  ["nothing at all", { not: {} }, [], [1, null, {}]],
])("checks %s", (_what, schema, good, bad) => {
  for (const value of good) expect({ value, problems: problems(schema, value) }).toEqual({ value, problems: [] });
  for (const value of bad) expect({ value, isBad: problems(schema, value).length > 0 }).toEqual({ value, isBad: true });
});

test("says which field takes what", () => {
  const schema = {
    type: "object",
    properties: { list: { type: "array", items: { enum: ["a", "b"] } } },
    required: ["list", "name"],
  };
  expect(problems(schema, { list: ["a", "c"] })).toEqual(["list.1: use one of a, b", "name: this field is missing"]);
});

test("reads what version 3.0 says in its own way", () => {
  expect(problems({ type: "string", nullable: true }, null, "3.0")).toEqual([]);
  expect(problems({ type: "string", enum: ["a"], nullable: true }, null, "3.0")).toEqual([]);
  expect(problems({ allOf: [{ type: "string" }], nullable: true }, null, "3.0")).toEqual([]);
  expect(problems({ minimum: 1, exclusiveMinimum: true }, 1, "3.0")).toEqual([": more than 1"]);
  // What stands beside a reference counts from 3.1 on.
  const named = { Text: { type: "string" } };
  const beside = { $ref: "#/components/schemas/Text", maxLength: 1 };
  expect(problems(beside, "abc", "3.0", named)).toEqual([]);
  expect(problems(beside, "abc", "3.1", named)).toEqual([": at most 1 character"]);
});

test("wants of nobody what the provider fills in", () => {
  const schema = {
    properties: { id: { type: "string", readOnly: true }, made: { $ref: "#/components/schemas/At" } },
    required: ["id", "made"],
  };
  expect(problems(schema, {}, "3.1", { At: { type: "string", readOnly: true } })).toEqual([]);
});

test("lets one of several forms be enough, though a document says exactly one", () => {
  const schema = { oneOf: [{ required: ["a"] }, { required: ["b"] }] };
  expect(problems(schema, { a: 1, b: 1 })).toEqual([]);
  expect(problems(schema, {})).toEqual([": it fits none of the 2 forms that this field takes"]);
});

test("follows references in circles as far as the value goes", () => {
  const Tree = {
    type: "object",
    properties: { kids: { type: "array", items: { $ref: "#/components/schemas/Tree" } } },
    additionalProperties: false,
  };
  const tree = (depth: number): Json => (depth === 0 ? { kids: [{ wrong: 1 }] } : { kids: [tree(depth - 1)] });
  expect(problems({ $ref: "#/components/schemas/Tree" }, tree(50), "3.1", { Tree })).toHaveLength(1);
  const Self = { allOf: [{ $ref: "#/components/schemas/Self" }, { type: "string" }] };
  expect(problems({ $ref: "#/components/schemas/Self" }, "a", "3.1", { Self })).toEqual([]);
  expect(problems({ $ref: "#/components/schemas/Self" }, 1, "3.1", { Self })).toEqual([": expected text"]);
});

test("never throws, whatever schema and value are", () => {
  const words = [
    "type",
    "items",
    "properties",
    "required",
    "enum",
    "anyOf",
    "not",
    "minimum",
    "pattern",
    "additionalProperties",
    "$ref",
  ];
  const schemas = fc.letrec((tie) => ({
    schema: fc.dictionary(
      fc.constantFrom(...words),
      fc.oneof({ maxDepth: 3 }, fc.jsonValue(), tie("schema"), fc.array(tie("schema"), { maxLength: 3 })),
      { maxKeys: 4 },
    ),
  })).schema;
  fc.assert(
    fc.property(schemas, fc.jsonValue(), (schema, value) => {
      try {
        expect(Array.isArray(problems(schema as JsonObject, value as Json))).toBe(true);
      } catch (error) {
        expect((error as Error).name).toBe("UnusableError");
      }
    }),
  );
});

test("tries no pattern that could take long, and says so by saying nothing", () => {
  const untried = [
    "(a+)+$",
    "^(a|a)*$",
    "(.*)*x",
    "(a)\\1",
    "(?=a)a",
    "a*a*a*$",
    "(a|b)(a|b)(a|b)",
    "a?a?a?",
    "((a)|b)",
    "[",
  ];
  expect(untried.filter((pattern) => tryPattern(pattern, "a".repeat(40)).fits !== null)).toEqual([]);
  const tried = ["^AC[0-9a-fA-F]{32}$", "^\\+[1-9]\\d{1,14}$", "^(?:a|b|c)$", "^\\(x\\)+$", "^[(a)*]+$"];
  expect(tried.filter((pattern) => tryPattern(pattern, "zzz").fits !== false)).toEqual([]);
  expect(tryPattern("^a", "a".repeat(2_000)).fits).toBeNull();
});

test("needs a blink for a list of the worst that it tries", () => {
  const started = performance.now();
  const list = Array.from({ length: 20_000 }, () => "a".repeat(100));
  expect(problems({ items: { pattern: "[^x]*[^y]*z" } }, list)).not.toEqual([]);
  expect(performance.now() - started).toBeLessThan(2_000);
});
