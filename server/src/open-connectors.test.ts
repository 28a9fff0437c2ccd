import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { readConfig } from "./config.ts";
import { CONNECTORS } from "./connectors/catalogue.ts";
import { openConnectors } from "./open-connectors.ts";

const folder = mkdtempSync(path.join(tmpdir(), "steward-places-"));
afterAll(() => rmSync(folder, { recursive: true }));

function open(text: string, allow = "") {
  writeFileSync(path.join(folder, "places.json"), text);
  return openConnectors(readConfig({ STEWARD_CONNECTORS: "places.json", STEWARD_EGRESS_ALLOW: allow }, folder));
}

test("a connector that the operator places is at that place, and every other one where it was", () => {
  const found = open('{ "github": { "base": "http://127.0.0.1:4000" } }', "127.0.0.1:4000");
  expect(found.map(({ id }) => id)).toEqual(CONNECTORS.map(({ id }) => id));
  const elsewhere = found.filter(({ placed }) => placed === true);
  expect(elsewhere.map(({ id, base }) => [id, base])).toEqual([["github", "http://127.0.0.1:4000"]]);
  for (const connector of found) if (connector.placed !== true) expect(CONNECTORS).toContain(connector);
});

test("without a file they are as the program has them", () => {
  expect(openConnectors(readConfig({}, folder))).toBe(CONNECTORS);
});

test("a file that is wrong, or is not there, is refused at the start with its name and the field", () => {
  expect(() => open("{")).toThrow(expect.objectContaining({ code: "start_refused" }));
  expect(() => open('{ "github": { "base": "http://127.0.0.1:4000" } }')).toThrow(
    /^STEWARD_CONNECTORS: .*places\.json: github\.base: .*STEWARD_EGRESS_ALLOW=127\.0\.0\.1:4000/,
  );
  const gone = readConfig({ STEWARD_CONNECTORS: "gone.json" }, folder);
  expect(() => openConnectors(gone)).toThrow(/gone\.json: it can't be read/);
});
