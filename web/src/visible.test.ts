import { expect, it } from "vitest";
import { visible, visibleJson } from "./visible.ts";

it("what would turn the text after it around is shown by its code", () => {
  expect(visible("order\u202Efdp.exe")).toBe("order[U+202E]fdp.exe");
  expect(visible("a\u2067b\u2069")).toBe("a[U+2067]b[U+2069]");
});

it("other text is left as it is, right-to-left scripts and their marks too", () => {
  expect(visible("שלום\u200F order")).toBe("שלום\u200F order");
});

it("JSON keeps its value", () => {
  const value = 'say "\u202Ehi"\n';
  expect(visibleJson(JSON.stringify(value))).toBe('"say \\"\\u202Ehi\\"\\n"');
  expect(JSON.parse(visibleJson(JSON.stringify(value)))).toBe(value);
});
