import { expect, it } from "vitest";
import { steadyRows } from "./arrivals.ts";

const list = (...ids: string[]) => ids.map((id) => ({ id }));
const shown = new Set(["c", "d"]);

it("what is newer than the rows being read waits, also between them", () => {
  expect(steadyRows(list("f", "e", "d", "cc", "c"), shown)).toEqual({ rows: list("d", "c"), waiting: 3 });
});

it("an older page comes below at once", () => {
  expect(steadyRows(list("d", "c", "b", "a"), shown)).toEqual({ rows: list("d", "c", "b", "a"), waiting: 0 });
});

it("the first rows of an empty list show at once", () => {
  expect(steadyRows(list("b", "a"), new Set())).toEqual({ rows: list("b", "a"), waiting: 0 });
});

it("a row that left the list is gone", () => {
  expect(steadyRows(list("c"), shown)).toEqual({ rows: list("c"), waiting: 0 });
});
