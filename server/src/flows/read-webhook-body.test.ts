import * as fc from "fast-check";
import { expect, test } from "vitest";
import { AppError } from "../core/errors.ts";
import { isJsonObject } from "../core/json.ts";
import { readWebhookBody } from "./read-webhook-body.ts";

const read = (
  mode: Parameters<typeof readWebhookBody>[0],
  type: string | undefined,
  body: string | Uint8Array,
  encoding?: string,
) => readWebhookBody(mode, type, encoding, Buffer.from(body));

test.each([
  ["application/json", '{"n":1}', { n: 1 }],
  ["application/json; charset=utf-8", "[1]", [1]],
  ["application/vnd.github+json", "true", true],
  ["application/x-www-form-urlencoded", "a=1&b=x+y&a=%C3%BC", { a: ["1", "ü"], b: "x y" }],
  ["text/plain", "hü", "hü"],
  ["text/csv; charset=utf-8", "a,b", "a,b"],
  ["application/xml", "<a/>", "<a/>"],
  ["application/atom+xml", "<a/>", "<a/>"],
  ["application/octet-stream", "abc", { $base64: "YWJj" }],
  [undefined, "abc", { $base64: "YWJj" }],
  ["application/json", "", null],
  [undefined, "", null],
])("auto reads a body by its type (%s, %s)", (type, body, expected) => {
  expect(read("auto", type, body)).toEqual(expected);
});

test.each([
  ["json", "", null],
  ["json", "1", 1],
  ["form", "", {}],
  ["form", "=x&y", { "": "x", y: "" }],
  ["text", "", ""],
  ["raw", "", { $base64: "" }],
  ["raw", "a", { $base64: "YQ==" }],
] as const)("a mode reads a body whatever its type (%s, %s)", (mode, body, expected) => {
  expect(read(mode, "multipart/form-data", body)).toEqual(expected);
});

test.each([
  ["auto", "application/json", "{", "invalid_request"],
  ["json", undefined, "[".repeat(201) + "]".repeat(201), "invalid_request"],
  ["json", undefined, Uint8Array.of(0x22, 0xff, 0x22), "invalid_request"],
  ["text", undefined, Uint8Array.of(0xff), "invalid_request"],
  ["auto", "multipart/form-data; boundary=x", "--x", "media_type_unsupported"],
  ["form", undefined, "a&".repeat(10_000), "invalid_request"],
] as const)("what is not as it says is refused (%s, %s)", (mode, type, body, code) => {
  expect(() => read(mode, type, body)).toThrow(expect.objectContaining({ code }));
});

test("a compressed body is refused, except as raw bytes", () => {
  expect(() => read("auto", "application/json", "x", "gzip")).toThrow(
    expect.objectContaining({ code: "media_type_unsupported" }),
  );
  expect(read("auto", "application/json", "1", "identity")).toBe(1);
  expect(read("raw", undefined, "x", "gzip")).toEqual({ $base64: "eA==" });
});

test("__proto__ is no field, from JSON or a form, and other words of objects are", () => {
  for (const body of [
    read("json", undefined, '{"__proto__":{"admin":true},"constructor":1,"toString":"x"}'),
    read("form", undefined, "__proto__=x&__proto__=y&constructor=1&toString=x"),
  ]) {
    expect(isJsonObject(body) && Object.keys(body)).toEqual(["constructor", "toString"]);
    expect(body).not.toHaveProperty("admin");
  }
});

test("no body makes it throw anything but a refusal, and what it gives is JSON", () => {
  const types = fc.oneof(
    fc.constantFrom(
      undefined,
      "application/json",
      "application/x-www-form-urlencoded",
      "text/plain",
      "multipart/form-data",
    ),
    fc.string(),
  );
  const bodies = fc.oneof(
    fc.uint8Array(),
    fc.string().map((text) => Buffer.from(text)),
    fc.json().map((text) => Buffer.from(text)),
    fc.webQueryParameters().map((text) => Buffer.from(text)),
  );
  const modes = fc.constantFrom("auto" as const, "json" as const, "form" as const, "text" as const, "raw" as const);
  fc.assert(
    fc.property(modes, types, fc.option(fc.string(), { nil: undefined }), bodies, (mode, type, encoding, body) => {
      try {
        const value = readWebhookBody(mode, type, encoding, Buffer.from(body));
        expect(JSON.parse(JSON.stringify(value))).toEqual(value);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
      }
    }),
    { numRuns: 500 },
  );
});
