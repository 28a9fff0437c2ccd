import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { CHECKS } from "../src/prove/checks.ts";

test("the page has everyday words for each promise that is tried, and for nothing else", () => {
  const file = path.resolve(import.meta.dirname, "../../web/src/language/promises.ts");
  const words = readFileSync(file, "utf8");
  const named = (pattern: RegExp) => Array.from(words.matchAll(pattern), ([, id = ""]) => id).toSorted();
  expect(named(/^ {2}([A-Z]\d+): \{$/gm)).toEqual(CHECKS.map(({ id }) => id).toSorted());
  expect(named(/^ {2}([A-Z]): "/gm)).toEqual([...new Set(CHECKS.map(({ id }) => id.charAt(0)))].toSorted());
});
