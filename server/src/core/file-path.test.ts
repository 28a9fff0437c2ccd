import * as fc from "fast-check";
import { expect, test } from "vitest";
import { AppError } from "./errors.ts";
import {
  DEPTH_MAX,
  foldersOf,
  NAME_BYTES_MAX,
  nameOf,
  parseFilePath,
  parseFolderPath,
  PATH_BYTES_MAX,
  rangeOf,
} from "./file-path.ts";

function refused(text: string): boolean {
  try {
    parseFilePath(text);
    return false;
  } catch (error) {
    if (error instanceof AppError && error.code === "value_invalid") return true;
    throw error;
  }
}

test.each([
  "a.txt",
  "reports/2026/march.pdf",
  "Ünïcode/日本語/emoji 👩‍👩‍👧.png",
  ".env",
  "a..b/c...d",
  "100%/%2e%2e/%2f",
  "می‌خواهم.txt",
  "a\u00a0b",
])("%s is a path", (path) => {
  expect(parseFilePath(path)).toBe(path.normalize("NFC"));
});

test.each([
  "",
  "/",
  "/a",
  "a/",
  "a//b",
  ".",
  "..",
  "a/../b",
  "a/./b",
  "../../etc/passwd",
  "...",
  "a\\..\\b",
  "C:\\x",
  " a",
  "a ",
  "a/ b",
  "a\u0000b",
  "a\nb",
  "a\u007fb",
  "a\u0085b",
  "a\u2028b",
  "invoice\u202egpj.exe",
  "zero\u200bwidth",
  "\ufeffbom",
  "tag\u{e0041}",
  "lone\ud800surrogate",
  "non\ufffecharacter",
  "\u{10ffff}",
  "a/".repeat(DEPTH_MAX) + "b",
  "é".repeat(128),
  `${"a".repeat(200)}/`.repeat(6) + "b",
])("%j is none", (path) => {
  expect(refused(path)).toBe(true);
});

test("the limits are reached, and not passed", () => {
  expect(refused("a".repeat(NAME_BYTES_MAX))).toBe(false);
  expect(refused("a".repeat(NAME_BYTES_MAX + 1))).toBe(true);
  const long = `${"a".repeat(203)}/`.repeat(5) + "abcd";
  expect(Buffer.byteLength(long)).toBe(PATH_BYTES_MAX);
  expect(refused(`${long}e`)).toBe(true);
  expect(refused(long)).toBe(false);
  expect(refused("a/".repeat(DEPTH_MAX - 1) + "b")).toBe(false);
});

test("one name written in two ways is one path", () => {
  expect(parseFilePath("cafe\u0301")).toBe(parseFilePath("caf\u00e9"));
  expect(parseFilePath("A")).not.toBe(parseFilePath("a"));
});

test("a folder is a path, with or without a slash at its end, or the volume", () => {
  expect([parseFolderPath(""), parseFolderPath("a/b/"), parseFolderPath("a/b")]).toEqual(["", "a/b", "a/b"]);
  expect(() => parseFolderPath("/")).toThrow("folder is empty");
  expect(() => parseFolderPath("a//")).toThrow("empty name");
});

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc
    .array(fc.constantFrom("..", ".", "/", "\\", "a", "é", "e\u0301", "\u202e", "\u0000", " ", "%2e"), {
      maxLength: 12,
    })
    .map((parts) => parts.join("")),
);

test("whatever is accepted is in normal form, stays itself, and names nothing above it", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      if (refused(text)) return;
      const path = parseFilePath(text);
      expect(parseFilePath(path)).toBe(path);
      expect(path).toBe(path.normalize("NFC"));
      const names = path.split("/");
      for (const name of names) expect([".", "..", ""]).not.toContain(name);
      expect(new URL(names.map(encodeURIComponent).join("/"), "file:///volume/").pathname.split("/")).toHaveLength(
        names.length + 2,
      );
      expect(path).not.toMatch(/[\p{Cc}\\]/u);
      expect(Buffer.byteLength(path)).toBeLessThanOrEqual(PATH_BYTES_MAX);
      expect([...foldersOf(path), path].at(-1)!.endsWith(nameOf(path))).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test("a folder's range holds what is in it and nothing else, by bytes", () => {
  const name = fc
    .string({ unit: "binary", minLength: 1, maxLength: 4 })
    .filter((text) => !text.includes("/") && !refused(text));
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => parseFilePath(names.join("/")));
  const within = (one: string, { from, to }: { from: string; to: string }): boolean =>
    Buffer.compare(Buffer.from(one), Buffer.from(from)) >= 0 && Buffer.compare(Buffer.from(one), Buffer.from(to)) < 0;
  fc.assert(
    fc.property(path, path, (folder, one) => {
      expect(within(one, rangeOf(folder))).toBe(one.startsWith(`${folder}/`));
      expect(within(`${folder}/${one}`, rangeOf(folder))).toBe(true);
      expect(within(one, rangeOf(""))).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
