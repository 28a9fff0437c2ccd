import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { readConfig } from "./config.ts";
import { readOAuthClients } from "./connections-outside.ts";

const folder = mkdtempSync(path.join(tmpdir(), "steward-clients-"));
afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string) {
  writeFileSync(path.join(folder, "clients.json"), text);
  return readOAuthClients(readConfig({ STEWARD_OAUTH_CLIENTS: "clients.json" }, folder).oauthClients);
}

test("the operator's OAuth clients are read from a file, by connector", () => {
  const clients = read('{ "gmail": { "clientId": "g", "clientSecret": "s" }, "github": { "clientId": "h" } }');
  expect(Object.fromEntries(clients)).toEqual({
    gmail: { clientId: "g", clientSecret: "s" },
    github: { clientId: "h", clientSecret: null },
  });
  expect(readOAuthClients(readConfig({}, folder).oauthClients).size).toBe(0);
});

test.each([
  ["no JSON", "{ gmail"],
  ["another form", '{ "gmail": "g" }'],
  ["an unknown field", '{ "gmail": { "clientId": "g", "secret": "s" } }'],
  ["a connector that is none", '{ "gmial": { "clientId": "g" } }'],
])("a file that holds %s is refused at the start, with its name and none of its secrets", (_what, text) => {
  expect(() => read(text)).toThrow(expect.objectContaining({ code: "start_refused" }));
  expect(() => read(text)).toThrow(/STEWARD_OAUTH_CLIENTS: .*clients\.json/);
});

test("a file that is not there is refused at the start", () => {
  expect(() => readOAuthClients("/nowhere/clients.json")).toThrow(/can't be read/);
});
