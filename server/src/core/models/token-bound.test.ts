import fc from "fast-check";
import { expect, test } from "vitest";
import { embedTokensAtMost, inputTokensAtMost } from "./token-bound.ts";

const of = (text: string): number => embedTokensAtMost([text]) - 2;

test("a text has at most a token for each byte of its UTF-8, or of its longer compatibility form", () => {
  expect(of("hello")).toBe(5);
  expect(of("žluť")).toBe(6);
  expect(of("🧺")).toBe(4);
  expect(of("\u{fdfa}")).toBe(33); // one character of 3 bytes is 18 characters there
  expect(of("")).toBe(0);
});

test("no part of a text can cost less than nothing, nor the whole less than its parts' bytes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
      expect(of(a + b)).toBeGreaterThanOrEqual(new TextEncoder().encode(a + b).byteLength);
      expect(of(a)).toBeLessThanOrEqual(18 * 3 * a.length);
    }),
  );
});

test("messages and a schema count with what a provider puts around them", () => {
  const message = { role: "user", text: "hello" } as const;
  const bare = inputTokensAtMost([], null);
  expect(bare).toBeGreaterThanOrEqual(1_000);
  expect(inputTokensAtMost([message], null)).toBeGreaterThan(bare + 5);
  expect(inputTokensAtMost([message, message], null)).toBeGreaterThan(inputTokensAtMost([message], null) + 5);
  const schema = { type: "object", properties: { total: { type: "number" } } };
  expect(inputTokensAtMost([], schema)).toBeGreaterThan(bare + 2 * JSON.stringify(schema).length);
});
