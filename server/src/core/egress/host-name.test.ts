import * as fc from "fast-check";
import { expect, test } from "vitest";
import { normalizeName, plainName } from "./host-name.ts";

const label = fc.string({ minLength: 1, maxLength: 66, unit: fc.constantFrom("a", "z", "x", "n", "0", "9", "-", "_") });
const name = fc
  .array(fc.oneof(label, fc.constantFrom("xn--", "xn--bcher-kva", "0x1f", "127", "com", "COM", "")), {
    minLength: 1,
    maxLength: 6,
  })
  .map((labels) => labels.join("."));

test("a name is what the URL parser makes of it, also where the parser is not asked", () => {
  fc.assert(
    fc.property(name, (text) => {
      const host = URL.parse(`http://${text}/`)?.hostname;
      expect(normalizeName(text)).toBe(text === "" || host === undefined ? null : plainName(host));
    }),
    { numRuns: 3000 },
  );
});

test.each([
  ["Example.COM.", "example.com"],
  ["bücher.example", "xn--bcher-kva.example"],
  ["a_b.example", "a_b.example"],
  ["x".repeat(63), "x".repeat(63)],
])("%s is the name %s", (text, host) => expect(normalizeName(text)).toBe(host));

test.each([
  "",
  "127.0.0.1",
  "0x7f.1",
  "a..b",
  "-a.com",
  "a-.com",
  "x".repeat(64),
  "xn--.com",
  "a.com/",
  "a b.com",
  "a%62.com",
])("%s is no name", (text) => expect(normalizeName(text)).toBeNull());
