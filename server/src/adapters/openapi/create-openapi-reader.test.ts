import { afterAll, expect, test } from "vitest";
import type { JsonObject } from "../../core/json.ts";
import type { ImportChoices } from "../../core/openapi/declaration.ts";
import { documentOf, vendor } from "../../core/openapi/openapi.testsuite.ts";
import { createOpenapiReader } from "./create-openapi-reader.ts";

const CHOICES: ImportChoices = { server: null, variables: {}, paths: [], authentication: null, destination: {} };
const reader = createOpenapiReader();
afterAll(() => reader.close());

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const read = (text: string) => reader.read(bytes(text), CHOICES);

test("JSON and YAML of one document make the same declaration", async () => {
  const yaml = `
openapi: 3.0.3
info: { title: Shop, version: "7" }
servers:
  - url: https://api.shop.example/v1/
paths:
  /things:
    get:
      operationId: list
      responses:
        200: { description: ok }
`;
  const json = documentOf({ "/things": { get: { operationId: "list", responses: { 200: { description: "ok" } } } } });
  const one = await read(yaml);
  expect(one).toMatchObject({ kind: "read", operations: 1, refusedCount: 0 });
  expect(one).toEqual(await read(JSON.stringify(json)));
});

test("what became no action is listed, the first 500 of it, with the count of all", async () => {
  const paths: Record<string, JsonObject> = { "/fine": { get: {} } };
  for (let at = 0; at < 600; at++) paths[`/${at}/{id}`] = { get: {} };
  const answer = await read(JSON.stringify(documentOf(paths)));
  expect(answer).toMatchObject({ kind: "read", operations: 1, refusedCount: 600 });
  expect(answer.kind === "read" && answer.refused).toHaveLength(500);
});

test.each<[string, string, string]>([
  ["text that is neither", "openapi: [1", "the text is neither JSON nor YAML"],
  ["broken JSON", '{"openapi": ', "the text is not JSON"],
  ["another format", "swagger: '2.0'", "this is Swagger 2.0"],
  ["a document without operations", JSON.stringify(documentOf({})), "no operation of it can be an action; it has none"],
  [
    "a document of which nothing can be used",
    JSON.stringify(documentOf({ "/a": { trace: {} } })),
    "no operation of it can be an action; TRACE /a: TRACE is not sent",
  ],
  ["deep nesting", `{"openapi":${"[".repeat(100_000)}${"]".repeat(100_000)}}`, "nested more than 200 deep"],
  ["deep nesting in YAML", `openapi: ${"[".repeat(50_000)}`, "the text is neither JSON nor YAML"],
  ["aliases that multiply", bomb(), "aliases (*name) multiply too much"],
  ["too much YAML", `a: ${"x".repeat(8_000_000)}`, "YAML is read up to 8 MB"],
])("%s is refused in words", async (_what, text, words) => {
  const answer = await read(text);
  expect(answer).toEqual({ kind: "unusable", message: expect.stringContaining(words) });
});

test("bytes that are no UTF-8 are refused", async () => {
  expect(await reader.read(new Uint8Array([123, 255, 254]), CHOICES)).toMatchObject({
    message: "the text is not UTF-8",
  });
});

test("a document that takes too long is given up, and the next one is read", async () => {
  const hasty = createOpenapiReader({ timeoutMs: 1 });
  expect(await hasty.read(bytes(JSON.stringify(vendor("stripe"))), CHOICES)).toEqual({
    kind: "unusable",
    message: "it could not be read within 0.001 s",
  });
  await hasty.close();
  expect(await read(JSON.stringify(vendor("stripe")))).toMatchObject({ kind: "read", operations: 3 });
});

test("at most eight are at hand at once, and none after the end", async () => {
  const busy = createOpenapiReader();
  const text = JSON.stringify(vendor("notion"));
  const all = Array.from({ length: 9 }, () => busy.read(bytes(text), CHOICES));
  expect((await Promise.all(all)).map(({ kind }) => kind)).toEqual([...Array<string>(8).fill("read"), "overloaded"]);
  await busy.close();
  expect(await busy.read(bytes(text), CHOICES)).toMatchObject({ kind: "overloaded" });
});

/** Nine lists, each of nine of the one before. */
function bomb(): string {
  const line = (name: string, of: string): string => `${name}: &${name} [${Array(9).fill(of).join(", ")}]`;
  return "abcdefghi"
    .split("")
    .map((name, at, all) => line(name, at === 0 ? "x" : `*${all[at - 1] ?? ""}`))
    .join("\n");
}
