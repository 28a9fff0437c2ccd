import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HttpResult } from "../core/http-effect.ts";
import type { Json } from "../core/json.ts";
import { http } from "./http.ts";
import { concludeKind, effectOf, tryKind } from "./try-kind.testsuite.ts";

const ADDRESS = "https://api.example.com/a";
const request = (input: Record<string, unknown>, scope = {}, more = {}) =>
  effectOf(tryKind(http, { url: ADDRESS, ...input }, scope, more));

describe("the request", () => {
  test("is a GET without a body, safe to repeat, within 30 s, unless told otherwise", () => {
    expect(request({})).toEqual({
      action: "http.request",
      arguments: { method: "GET", url: ADDRESS, headers: {}, body: null },
      credential: null,
      repeat: "safe",
      timeoutMs: 30_000,
    });
    expect(request({}, {}, { timeoutMs: 500 }).timeoutMs).toBe(500);
    expect(request({ credential: "my-key" }).credential).toBe("my-key");
  });

  test.each([
    ["GET", "safe"],
    ["HEAD", "safe"],
    ["OPTIONS", "safe"],
    ["PUT", "safe"],
    ["DELETE", "safe"],
    ["POST", "never"],
    ["PATCH", "never"],
  ])("by %s is repeated: %s (RFC 9110), or as the step says", (method, repeat) => {
    expect(request({ method }).repeat).toBe(repeat);
    expect(request({ method, repeat: "key" }).repeat).toBe("key");
  });

  test.each<[Json, string | null, string | undefined]>([
    [{ a: [1] }, '{"a":[1]}', "application/json"],
    [[1, 2], "[1,2]", "application/json"],
    [7, "7", "application/json"],
    [false, "false", "application/json"],
    ["a=b", "a=b", "text/plain;charset=UTF-8"],
    ["", "", "text/plain;charset=UTF-8"],
    [null, null, undefined],
  ])("sends %j", (body, text, mediaType) => {
    const { headers, body: sent } = request({ method: "POST", body }).arguments;
    expect(sent).toBe(text);
    expect(headers).toEqual(mediaType === undefined ? {} : { "content-type": mediaType });
  });

  test("keeps the content type it is given, in any letter case", () => {
    expect(
      request({ method: "POST", body: { a: 1 }, headers: { "Content-TYPE": "application/vnd.x+json" } }).arguments[
        "headers"
      ],
    ).toEqual({ "content-type": "application/vnd.x+json" });
  });

  test("adds the query to that of the URL, drops null and the fragment", () => {
    const query = { b: "ü &=#?", list: [1, true, null], gone: null, "ke y": "'(*)'" };
    expect(request({ url: `${ADDRESS}?a=%20x#part`, query }).arguments["url"]).toBe(
      `${ADDRESS}?a=%20x&b=%C3%BC%20%26%3D%23%3F&list=1&list=true&ke%20y=%27%28%2A%29%27`,
    );
  });

  test("has a query whose names and values can't become others, whatever they hold", () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: "binary" }),
      fc.constantFrom("&a=b", "#x", "?", "%26", "+", "\r\n", "\ud800"),
    );
    fc.assert(
      fc.property(fc.dictionary(text, text, { maxKeys: 5 }), (query) => {
        fc.pre(!Object.hasOwn(query, "__proto__"));
        const url = JSON.stringify(
          request({ query: "{{ trigger.query }}" }, { trigger: { query } }).arguments["url"],
        ).slice(1, -1);
        expect([...new URL(url).searchParams]).toEqual(
          Object.entries(query).map(([name, value]) => [name.toWellFormed(), value.toWellFormed()]),
        );
        expect(url.startsWith(ADDRESS)).toBe(true);
      }),
    );
  });

  test.each([
    [{ url: "ftp://example.com" }, "url: The URL's scheme is ftp:"],
    [{ url: "/relative" }, "url: The URL is not absolute"],
    [{ url: "https://user:pass@example.com/" }, "url: The URL holds user-info"],
    [{ url: "{{ trigger.none }}" }, "url: give a URL"],
    [{ method: "get" }, "method: use one of GET"],
    [{ headers: { a: "b\nc: d" } }, "headers: The header a holds a line end"],
    [{ headers: { Host: "internal" } }, "headers: The header host is set by Steward"],
    [{ query: { a: { b: 1 } } }, "query.a: "],
    [{ query: "a=b" }, "query: give the query as"],
    [{ repeat: "always" }, "repeat: use safe, key or never"],
    [{ credential: "A B" }, "credential: "],
    [{ retries: 1 }, "Unrecognized key"],
  ])("refuses %j", (input, message) => {
    expect(() => request(input, { trigger: {} })).toThrow(message);
  });
});

const answer = (result: Partial<HttpResult>, input = {}) =>
  concludeKind(
    http,
    { url: ADDRESS, ...input },
    { kind: "done", result: { status: 200, headers: {}, body: "", encoding: "utf8", ...result } },
  );
const json = (body: string, more: Partial<HttpResult> = {}) =>
  answer({ headers: { "content-type": "application/json; charset=utf-8" }, body, ...more });

describe("the answer", () => {
  test("with JSON is parsed, with other types kept as text, empty is null", () => {
    expect(json('{"a":[1]}')).toMatchObject({ kind: "output", output: { status: 200, body: { a: [1] } } });
    expect(answer({ headers: { "content-type": "application/problem+json" }, body: "[1]" })).toMatchObject({
      output: { body: [1] },
    });
    expect(answer({ headers: { "content-type": "text/html" }, body: "[1]" })).toMatchObject({
      output: { body: "[1]" },
    });
    expect(answer({ headers: { "content-type": "application/jsonp" }, body: "[1]" })).toMatchObject({
      output: { body: "[1]" },
    });
    expect(answer({ body: "[1]" })).toMatchObject({ output: { body: "[1]" } });
    expect(json("", { status: 204 })).toMatchObject({ output: { status: 204, body: null } });
    expect(json("AAEC", { encoding: "base64" })).toMatchObject({ output: { body: "AAEC" } });
  });

  test("can't bring a prototype along", () => {
    const outcome = json('{"__proto__":{"x":1},"a":{"\\u005f_proto__":{"x":1},"constructor":{"prototype":1}}}');
    expect(outcome).toMatchObject({ kind: "output" });
    expect(JSON.stringify(outcome)).toContain('"body":{"a":{"constructor":{"prototype":1}}}');
    expect(JSON.stringify(outcome)).not.toContain('"x"');
  });

  test.each(["{", "[".repeat(100_000), `${"[".repeat(201)}${"]".repeat(201)}`])(
    "that only says it is JSON fails the step (%#)",
    (body) => {
      expect(json(body)).toMatchObject({
        kind: "fail",
        error: { code: "http_body_invalid", details: { status: 200 } },
        retry: "never",
      });
    },
  );

  test.each<[number, Record<string, string>, Json]>([
    [400, {}, "never"],
    [401, {}, "never"],
    [404, { "retry-after": "5" }, "never"],
    [408, {}, "policy"],
    [425, {}, "policy"],
    [429, {}, "policy"],
    [429, { "retry-after": "7" }, { afterMs: 7000 }],
    [429, { "retry-after": "999999999" }, { afterMs: 86_400_000 }],
    [429, { "retry-after": "-1" }, "policy"],
    [429, { "retry-after": "soon" }, "policy"],
    [
      503,
      { "retry-after": "Sun, 29 Mar 2026 01:00:30 GMT", date: "Sun, 29 Mar 2026 01:00:00 GMT" },
      { afterMs: 30_000 },
    ],
    [503, { "retry-after": "Sun, 29 Mar 2026 01:00:00 GMT", date: "Sun, 29 Mar 2026 01:00:30 GMT" }, { afterMs: 0 }],
    [503, { "retry-after": "Sun, 29 Mar 2026 01:00:00 GMT" }, "policy"],
    [500, { "retry-after": "5" }, "policy"],
    [502, {}, "policy"],
    [599, {}, "policy"],
  ])("of status %d with %j fails; another attempt: %j", (status, headers, retry) => {
    expect(answer({ status, headers, body: "no" })).toEqual({
      kind: "fail",
      error: {
        code: "http_status",
        message: expect.stringContaining(`status ${status}`),
        details: { status, body: "no" },
      },
      retry,
    });
  });

  test("of a failing status has an excerpt of the body only", () => {
    expect(answer({ status: 500, body: "x".repeat(5000) })).toMatchObject({
      error: { details: { body: "x".repeat(1000) } },
    });
  });

  test("of any status is the output when the step says so", () => {
    expect(answer({ status: 404, body: "no" }, { failOnStatus: false })).toEqual({
      kind: "output",
      output: { status: 404, headers: {}, body: "no" },
    });
    expect(answer({ status: 304 })).toMatchObject({ kind: "output", output: { status: 304 } });
  });

  test.each([
    ["refused", "never"],
    ["failed", "policy"],
    ["unknown", "never"],
  ] as const)("that is %s fails the step; another attempt: %s (R5)", (kind, retry) => {
    expect(concludeKind(http, { url: ADDRESS }, { kind, code: "dns", message: "no such host" })).toEqual({
      kind: "fail",
      error: { code: "dns", message: "no such host" },
      retry,
    });
  });
});
