import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Json, JsonObject } from "../json.ts";
import { checkSchema, judgeValue } from "./json-schema.ts";
import { isStrictSchema } from "./strict-schema.ts";

const INVOICE: JsonObject = {
  type: "object",
  title: "An invoice",
  properties: {
    number: { type: "string", minLength: 1, maxLength: 20 },
    total: { type: "number", exclusiveMinimum: 0 },
    currency: { enum: ["EUR", "USD"] },
    due: { type: ["string", "null"], format: "date" },
    lines: { type: "array", minItems: 1, items: { $ref: "#/$defs/line" } },
  },
  required: ["number", "total", "lines"],
  additionalProperties: false,
  $defs: { line: { type: "object", properties: { count: { type: "integer", minimum: 1 } }, required: ["count"] } },
};
const GOOD: JsonObject = { number: "R-1", total: 12.5, currency: "EUR", due: null, lines: [{ count: 2, note: "x" }] };

describe("a schema", () => {
  test("of the words known here can be used", () => {
    expect(checkSchema(INVOICE)).toEqual([]);
    expect(checkSchema({})).toEqual([]);
    const made = z.object({
      a: z.string().max(5),
      b: z.array(z.union([z.int(), z.null()])),
      c: z.literal(7).optional(),
    });
    expect(checkSchema(z.toJSONSchema(made) as JsonObject)).toEqual([]);
  });

  test.each<[JsonObject, string, string]>([
    [{ properties: { a: { pattern: "^(a+)+$" } } }, "properties.a", "pattern is not checked here"],
    [{ not: {} }, "", "not is not checked here"],
    [{ patternProperties: {} }, "", "patternProperties is not checked here"],
    [{ type: "text" }, "", "type takes null, boolean, string"],
    [{ type: ["string", "constructor"] }, "", "type takes"],
    [{ items: [] }, "items", "this is no schema"],
    [{ properties: { a: 1 } }, "properties.a", "this is no schema"],
    [{ anyOf: [] }, "", "anyOf takes a list of schemas"],
    [{ $ref: "#/$defs/none" }, "", 'there is no "#/$defs/none" in the schema'],
    [{ $ref: "https://evil.example/schema" }, "", "there is no"],
    [{ minimum: "1" }, "", "minimum takes a number"],
    [{ multipleOf: 0 }, "", "multipleOf takes a number"],
    [{ enum: [] }, "", "enum takes a list"],
    [{ required: [1] }, "", "required takes names"],
    [{ toString: {} }, "", "toString is not checked here"],
    [{ description: "x".repeat(70_000) }, "", "longer than"],
  ])("%j names what is wrong with it", (schema, at, message) => {
    expect(checkSchema(schema)[0]).toMatchObject({ at, message: expect.stringContaining(message) });
  });

  test("nested without end is refused", () => {
    let schema: JsonObject = {};
    for (let depth = 0; depth < 100; depth++) schema = { items: schema };
    expect(checkSchema(schema)[0]?.message).toContain("nested more than");
  });
});

describe("a value", () => {
  const wrong = (change: JsonObject): readonly string[] => judgeValue(INVOICE, { ...GOOD, ...change });

  test("that fits has no problem", () => expect(judgeValue(INVOICE, GOOD)).toEqual([]));

  test.each<[JsonObject, string]>([
    [{ number: 7 }, "number must be string, and is a number"],
    [{ number: "" }, "number must have a length of at least 1"],
    [{ number: "🧺".repeat(21) }, "number must have a length of at most 20"],
    [{ total: 0 }, "total must have a value above 0"],
    [{ currency: "CHF" }, 'currency must be one of "EUR", "USD"'],
    [{ due: 1 }, "due must be string or null, and is a number"],
    [{ lines: [] }, "lines must have a number of members of at least 1"],
    [{ lines: [{ count: 1 }, { count: 0.5 }] }, "lines[1].count must be integer, and is a number"],
    [{ lines: [{}] }, "lines[0].count is missing"],
    [{ more: 1 }, "more must not be there"],
  ])("with %j does not fit, and says where", (change, problem) => {
    expect(wrong(change)).toContain(problem);
  });

  test.each<[JsonObject, Json, boolean]>([
    [{ anyOf: [{ type: "string" }, { type: "null" }] }, null, true],
    [{ anyOf: [{ type: "string" }, { type: "null" }] }, 1, false],
    [{ oneOf: [{ minimum: 1 }, { minimum: 5 }] }, 3, true],
    [{ oneOf: [{ minimum: 1 }, { minimum: 5 }] }, 7, false],
    [{ allOf: [{ minimum: 1 }, { maximum: 5 }] }, 3, true],
    [{ allOf: [{ minimum: 1 }, { maximum: 5 }] }, 7, false],
    [{ prefixItems: [{ type: "string" }], items: false }, ["a"], true],
    [{ prefixItems: [{ type: "string" }], items: false }, ["a", 1], false],
    [{ const: { a: 1, b: [2] } }, { b: [2], a: 1 }, true],
    [{ const: { a: 1 } }, { a: 1, b: 2 }, false],
    [{ uniqueItems: true }, [{ a: 1 }, { a: 1 }], false],
    [{ multipleOf: 0.1 }, 0.3, true],
    [{ multipleOf: 0.1 }, 0.35, false],
    [{ additionalProperties: { type: "number" } }, { a: 1, b: 2 }, true],
    [{ additionalProperties: { type: "number" } }, { a: "1" }, false],
    [{ maxProperties: 1 }, { a: 1, b: 2 }, false],
    [{ properties: { a: true, b: false } }, { a: 1 }, true],
    [{ properties: { a: true, b: false } }, { b: 1 }, false],
  ])("by %j, %j fits: %s", (schema, value, fits) => {
    expect(checkSchema(schema)).toEqual([]);
    expect(judgeValue(schema, value).length === 0).toBe(fits);
  });

  test("as deep as its schema goes into itself fits, and no reference leads in circles", () => {
    const tree: JsonObject = { type: "object", properties: { kids: { type: "array", items: { $ref: "#" } } } };
    expect(judgeValue(tree, { kids: [{ kids: [{}] }] })).toEqual([]);
    expect(judgeValue(tree, { kids: [{ kids: [1] }] })).toEqual(["kids[0].kids[0] must be object, and is a number"]);
    const circle: JsonObject = { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } };
    expect(checkSchema(circle)).toEqual([]);
    expect(judgeValue(circle, 1)).toEqual(["the answer is described by itself alone"]);
  });

  test("is looked at for a bounded time only, however its schema branches", () => {
    let schema: JsonObject = { type: "string" };
    for (let depth = 0; depth < 25; depth++) schema = { anyOf: [schema, schema] };
    expect(
      judgeValue(
        { items: schema },
        Array.from({ length: 100 }, () => 1),
      ),
    ).toContain("the answer is too large to be checked");
    expect(
      judgeValue(
        { items: { type: "string" } },
        Array.from({ length: 1_000 }, () => 1),
      ),
    ).toHaveLength(20);
  });

  test("is judged as zod judges it, whatever it is", () => {
    const shape = z.strictObject({ a: z.string().max(3), b: z.array(z.int()).min(1), c: z.boolean().nullable() });
    const schema = z.toJSONSchema(shape) as JsonObject;
    const part = fc.oneof(
      fc.string({ maxLength: 5 }),
      fc.integer({ max: 2 ** 50, min: -(2 ** 50) }),
      fc.constant(null),
      fc.boolean(),
      fc.array(fc.integer({ max: 9 }), { maxLength: 2 }),
      fc.constant(0.5),
    );
    fc.assert(
      fc.property(fc.record({ a: part, b: part, c: part, d: part }, { requiredKeys: [] }), (value) => {
        expect(judgeValue(schema, value as Json).length === 0).toBe(shape.safeParse(value).success);
      }),
    );
  });

  test("never makes the judge throw, whatever schema judges it", () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom(
            "type",
            "items",
            "properties",
            "anyOf",
            "$ref",
            "enum",
            "required",
            "minimum",
            "constructor",
            "__proto__",
          ),
          fc.jsonValue(),
        ),
        fc.jsonValue(),
        (schema, value) => {
          expect(Array.isArray(judgeValue(schema as JsonObject, value as Json))).toBe(true);
          expect(Array.isArray(checkSchema(schema as JsonObject))).toBe(true);
        },
      ),
    );
  });
});

test("only a schema that says all of each object is strict", () => {
  const strict = {
    type: "object",
    properties: { a: { type: "string" } },
    required: ["a"],
    additionalProperties: false,
  };
  expect(isStrictSchema(strict)).toBe(true);
  expect(isStrictSchema({ type: "array", items: strict })).toBe(true);
  for (const change of [{ required: [] }, { additionalProperties: true }, { additionalProperties: undefined }]) {
    const loose = JSON.parse(JSON.stringify({ ...strict, ...change })) as JsonObject;
    expect(isStrictSchema(loose)).toBe(false);
    expect(isStrictSchema({ ...strict, properties: { a: loose } })).toBe(false);
    expect(isStrictSchema({ anyOf: [strict, loose] })).toBe(false);
    expect(isStrictSchema({ ...strict, $defs: { loose } })).toBe(false);
  }
  expect(isStrictSchema({ type: ["object", "null"] })).toBe(false);
});
