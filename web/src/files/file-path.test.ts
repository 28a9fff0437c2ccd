import { expect, it } from "vitest";
import { crumbsOf, folderOf, isPath, joinPath, nameOf } from "./file-path.ts";

it("a path falls into its folder and its name, and is made of them again", () => {
  for (const path of ["a.txt", "a/b.txt", "a/b/c.txt"]) expect(joinPath(folderOf(path), nameOf(path))).toBe(path);
});

it("each folder on the way has its own path", () => {
  expect(crumbsOf("")).toEqual([]);
  expect(crumbsOf("a/b")).toEqual([
    { name: "a", path: "a" },
    { name: "b", path: "a/b" },
  ]);
});

it("a part that is empty, all dots or begins with a blank makes no path", () => {
  for (const wrong of ["", "/a", "a/", "a//b", "a/../b", ".", " a/b", "a /b"]) expect(isPath(wrong)).toBe(false);
  for (const right of ["a", "a b/c.d", ".env", "a/..b"]) expect(isPath(right)).toBe(true);
});
