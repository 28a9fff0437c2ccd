import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { findPrice } from "../../core/models/prices.ts";
import { readPrices } from "./read-prices.ts";

const folder = mkdtempSync(path.join(tmpdir(), "steward-prices-"));
const file = path.join(folder, "prices.json");
afterAll(() => rmSync(folder, { recursive: true }));

test("an operator's prices stand above the table's", () => {
  writeFileSync(
    file,
    '{ "prices": [{ "connector": "openai", "model": "gpt-6-luna", "input": 0.05, "output": 0.25 }] }',
  );
  expect(findPrice(readPrices(file), "openai", "gpt-6-luna")).toMatchObject({ input: 0.05, output: 0.25 });
  expect(findPrice(readPrices(null), "openai", "gpt-6-luna")).toMatchObject({ input: 0.1, output: 0.5 });
});

test("a file that can't be read, or holds something else, refuses the start and names itself", () => {
  expect(() => readPrices(path.join(folder, "none.json"))).toThrow(/none\.json can't be read/);
  writeFileSync(file, '{ "prices": [{ "connector": "openai", "model": "x" }] }');
  expect(() => readPrices(file)).toThrow(/prices\.json holds no prices .*prices\[0\]\.input/);
});
