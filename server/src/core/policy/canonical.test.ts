import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalArguments, digestInput, plainArguments } from "./canonical.ts";

/** The same value with the fields of every object in another order, and fields that are undefined strewn in. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => [name, turned(field)] as const);
  const other: Record<string, unknown> = Object.create(null);
  for (const [name, field] of [...fields.toReversed(), ["left out", undefined] as const]) other[name] = field;
  return other;
}

const argumentsOf = fc.dictionary(
  fc.string().filter((name) => name !== "left out"),
  fc.jsonValue(),
);

test("equal arguments are equal bytes, in whatever order their fields were written", () => {
  fc.assert(
    fc.property(argumentsOf, (given) => {
      const text = canonicalArguments(given);
      expect(canonicalArguments(turned(given) as Record<string, unknown>)).toBe(text);
      expect(canonicalArguments(JSON.parse(text))).toBe(text);
    }),
  );
});

test("arguments have the same bytes only when they are equal", () => {
  const small = fc.dictionary(
    fc.constantFrom("a", "b"),
    fc.constantFrom<unknown>(1, "1", null, [], {}, [1], { a: 1 }, undefined),
  );
  fc.assert(
    fc.property(small, small, (one, other) => {
      const same = canonicalArguments(one) === canonicalArguments(other);
      expect(same).toBe(isDeepStrictEqual(plainArguments(one), plainArguments(other)));
    }),
  );
});

test("names are in the order of their code units, and what JSON leaves out is left out", () => {
  const given = { b: 1, a: undefined, "\u{10000}": 2, "\uffff": 3, A: [undefined, -0], é: 1e21 };
  expect(canonicalArguments(given)).toBe('{"A":[null,0],"b":1,"é":1e+21,"\u{10000}":2,"\uffff":3}');
});

test("a field named __proto__ is a field", () => {
  const given = JSON.parse('{"__proto__":{"to":"a"},"to":"b"}');
  expect(canonicalArguments(given)).toBe('{"__proto__":{"to":"a"},"to":"b"}');
});

test.each([[Number.NaN], [Number.POSITIVE_INFINITY], [() => 1], [1n], [new Date(0)], [new Map()]])(
  "what JSON can't say breaks an invariant: %s",
  (value) => expect(() => canonicalArguments({ value })).toThrow("invariant"),
);

test("a cycle breaks an invariant and no stack", () => {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  expect(() => canonicalArguments(cycle)).toThrow("nested more than");
});

test("the digest's input tells action, arguments and connection apart", () => {
  expect(digestInput({ action: "gmail.send", connection: "con_1", arguments: { to: "a@b.c" } })).toEqual([
    "gmail.send",
    '{"to":"a@b.c"}',
    "con_1",
  ]);
  expect(digestInput({ action: "http.request", connection: null, arguments: {} })[2]).toBe("");
});
