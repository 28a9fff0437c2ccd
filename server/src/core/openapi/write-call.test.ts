import { ProviderError } from "@steward/sdk";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Json, JsonObject } from "../json.ts";
import { callOf, connector, operationOf } from "./openapi.testsuite.ts";

const COLORS: Json = ["blue", "black"];
const COLOR: Json = { R: 100, G: 200 };

/** The query of a parameter `color` in that style, as it goes over the wire. */
function queryOf(style: string, explode: boolean, value: Json): string {
  const parameters = [{ name: "color", in: "query", style, explode, schema: {} }];
  const { query = {} } = callOf(connector(operationOf({ parameters })), "try", { color: value });
  const pairs = Object.entries(query).flatMap(([name, texts]) =>
    [texts].flat().map((text) => `${name}=${String(text)}`),
  );
  return pairs.join("&");
}

/** As the "Style Examples" of OpenAPI 3.1 have them. */
test.each<[string, boolean, Json, string]>([
  ["form", true, "blue", "color=blue"],
  ["form", true, COLORS, "color=blue&color=black"],
  ["form", true, COLOR, "R=100&G=200"],
  ["form", false, COLORS, "color=blue,black"],
  ["form", false, COLOR, "color=R,100,G,200"],
  ["spaceDelimited", false, COLORS, "color=blue black"],
  ["pipeDelimited", false, COLORS, "color=blue|black"],
  ["pipeDelimited", false, COLOR, "color=R|100|G|200"],
  ["deepObject", true, COLOR, "color[R]=100&color[G]=200"],
])("writes the query style %s (explode %s)", (style, explode, value, expected) => {
  expect(queryOf(style, explode, value)).toBe(expected);
});

test.each<[boolean, Json, string]>([
  [false, "blue", "blue"],
  [false, COLORS, "blue,black"],
  [true, COLOR, "R=100,G=200"],
  [false, COLOR, "R,100,G,200"],
])("writes paths and headers in the style simple (explode %s)", (explode, value, expected) => {
  const parameters = (["path", "header"] as const).map((place) => ({
    name: place,
    in: place,
    explode,
    required: true,
    schema: {},
  }));
  const made = connector(operationOf({ parameters }, "get", "/things/{path}.json"));
  expect(callOf(made, "try", { path: value, header: value })).toMatchObject({
    url: `/things/${expected}.json`,
    headers: { header: expected },
  });
});

test("writes JSON where a parameter is JSON, and leaves out what is not given", () => {
  const parameters = [
    { name: "filter", in: "query", content: { "application/json": { schema: {} } } },
    { name: "no", in: "query" },
  ];
  expect(callOf(connector(operationOf({ parameters })), "try", { filter: { a: [1] } }).query).toEqual({
    filter: ['{"a":[1]}'],
  });
});

test("gives fields that conditions can name, whatever the provider calls them", () => {
  const parameters = [
    { name: "filter[name]", in: "query" },
    { name: "$top", in: "query" },
    { name: "X-Trace", in: "header" },
    { name: "body", in: "query" },
    { name: "id", in: "query" },
    { name: "id", in: "path", required: true },
    { name: "Authorization", in: "header", required: true },
  ];
  const made = connector(operationOf({ parameters }, "post", "/x/{id}"));
  const call = callOf(made, "try", { filter_name: "a", top: 1, X_Trace: "t", body_query: "b", id: "q", id_path: "p" });
  expect(call).toEqual({
    method: "POST",
    url: "/x/p",
    query: { "filter[name]": ["a"], $top: ["1"], body: ["b"], id: ["q"] },
    headers: { "x-trace": "t" },
  });
});

test.each<[string, Json, JsonObject]>([
  ["application/vnd.api+json", { a: 1 }, { body: { a: 1 }, headers: { "content-type": "application/vnd.api+json" } }],
  ["application/json; charset=utf-8", [1], { body: [1] }],
  ["text/csv", "a,b", { body: "a,b", as: "text", headers: { "content-type": "text/csv" } }],
  [
    "application/x-www-form-urlencoded",
    { a: [1, 2], b: { c: [{ d: true }] }, e: null },
    { body: { a: ["1", "2"], "b[c][0][d]": "true" }, as: "form" },
  ],
])("writes a body of %s", (type, body, expected) => {
  const made = connector(operationOf({ requestBody: { required: true, content: { [type]: { schema: {} } } } }, "post"));
  expect(callOf(made, "try", { body })).toEqual({ method: "POST", url: "/things", ...expected });
  expect(made.actions["try"]?.input.safeParse({}).error?.issues).toMatchObject([{ path: ["body"] }]);
});

test("asks with HEAD for a read, and with DELETE for a deletion that may have a body", () => {
  expect(callOf(connector(operationOf({}, "head")), "try", {})).toEqual({
    method: "HEAD",
    url: "/things",
    reads: true,
  });
  const made = connector(operationOf({ requestBody: { content: { "application/json": {} } } }, "delete"));
  expect(callOf(made, "try", { body: [1] })).toEqual({ method: "DELETE", url: "/things", body: [1] });
});

test("stays on its own path and in its own headers, whatever a value says", () => {
  const parameters = [
    { name: "one", in: "path", required: true },
    { name: "two", in: "path", required: true },
    { name: "h", in: "header" },
  ];
  const made = connector(operationOf({ parameters }, "get", "/a/{one}{two}/end"));
  const hostile = fc.oneof(
    fc.constantFrom(
      "..",
      ".",
      "",
      "../..",
      "%2e",
      "//evil.example",
      "?x",
      "#x",
      "{user}",
      "\\",
      "@evil",
      "a\r\nb: c",
      "\ud800",
    ),
    fc.string({ unit: "binary", maxLength: 20 }),
  );
  fc.assert(
    fc.property(hostile, hostile, hostile, (one, two, h) => {
      let call;
      try {
        call = callOf(made, "try", { one, two, h });
      } catch (error) {
        expect(error).toBeInstanceOf(ProviderError);
        return;
      }
      const text = `https://api.shop.example/v1${call.url}`;
      expect(new URL(text).href).toBe(text);
      expect(new URL(text).pathname.split("/")).toEqual(["", "v1", "a", expect.stringMatching(/./), "end"]);
      expect(call.url).not.toContain("{");
      for (const value of Object.values(call.headers ?? {})) expect(value).toMatch(/^[\x20-\x7e]*$/);
    }),
  );
});
