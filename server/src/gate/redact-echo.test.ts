import * as fc from "fast-check";
import { expect, test } from "vitest";
import { atOnce } from "../core/in-turns.ts";
import { createEchoSlices } from "./redact-echo.ts";

const redactEcho = (text: string, secrets: readonly string[]): string => atOnce(createEchoSlices(secrets)(text));
const SECRET = 'ab/cd+ef"gh';

test.each([
  ["as it is", `x ${SECRET} y`, "x [redacted] y"],
  ["in JSON of PHP", String.raw`{"a":"x ab\/cd+ef\"gh y"}`, '{"a":"x [redacted] y"}'],
  ["in JSON of Go", String.raw`{"a":["ab/cd\u002bef\"gh"]}`, '{"a":["[redacted]"]}'],
  ["in a name of JSON", String.raw`{"ab\/cd+ef\"gh":1}`, '{"[redacted]":1}'],
  [
    "in JSON within JSON",
    JSON.stringify({ a: String.raw`{"b":"ab\/cd+ef\"gh"}`, n: 1 }),
    '{"a":"{\\"b\\":\\"[redacted]\\"}","n":1}',
  ],
  ["in HTML", "<p>ab/cd&#43;ef&quot;gh</p>", "[redacted]"],
  ["in broken JSON", String.raw`{"a":"ab\/cd+ef\"gh`, "[redacted]"],
  ["before an escape that would be cut in two", String.raw`{"a":"\/ab\/cd+ef\"gh"}`, '{"a":"/[redacted]"}'],
])("a secret is struck %s", (_where, text, redacted) => expect(redactEcho(text, [SECRET])).toBe(redacted));

test("a secret that begins within an escape leaves the JSON whole", () => {
  expect(redactEcho(String.raw`{"a":"\/home"}`, ["/home"])).toBe('{"a":"[redacted]"}');
  expect(redactEcho('{"pin":48151623}', ["48151623"])).toBe('{"pin":"[redacted]"}');
});

test("a secret is struck in base64 that was percent-encoded, and one whose marks span the JSON strikes it whole", () => {
  const secret = "~~~???>>>ab";
  expect(encodeURIComponent(btoa(secret))).toBe("fn5%2BPz8%2FPj4%2BYWI%3D");
  expect(redactEcho("k=fn5%2BPz8%2FPj4%2BYWI%3D", [secret])).toBe("[redacted]");
  expect(redactEcho('["a","b"]', ['a","b'])).toBe('["[redacted]"]');
});

test("a secret that holds what looks like an escape is struck too", () => {
  expect(redactEcho(String.raw`<!\/!!%2b!!!>`, ["!/!!%2b!!!"])).toBe("[redacted]");
  expect(redactEcho(String.raw`{"a":"!\/!!%2b!!!"}`, ["!/!!%2b!!!"])).toBe('{"a":"[redacted]"}');
});

test("of JSON over a million characters, the plain forms are struck in place and hidden ones strike it whole", () => {
  const long = "x".repeat(1_000_000);
  expect(redactEcho(`{"a":"abcd/efgh","b":"${long}"}`, ["abcd/efgh"])).toBe(`{"a":"[redacted]","b":"${long}"}`);
  expect(redactEcho(String.raw`{"a":"abcd\/efgh","b":"${long}"}`, ["abcd/efgh"])).toBe("[redacted]");
});

test("text that hides no secret is unchanged to the byte, escapes, numbers and all", () => {
  const json = String.raw`{"n": 12345678901234567890, "a": "\u0041\/\\", "b": "100%25 &amp; more", "a": 1}`;
  expect(redactEcho(json, [SECRET])).toBe(json);
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("\\", "/", "u", "0", "4", "1", "%", "2", "&", "#", ";", "x", '"') }),
      (text) => {
        expect(redactEcho(text, [SECRET])).toBe(text);
      },
    ),
  );
});

test("without a secret nothing is touched", () => {
  expect(redactEcho("[redacted] %41", [])).toBe("[redacted] %41");
});
