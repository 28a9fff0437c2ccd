import { expect, it } from "vitest";
import { steadyRows } from "./arrivals.ts";

const list = (...ids: string[]) => ids.map((id) => ({ id }));
const shownAs = (...ids: string[]) => new Map(list(...ids).map((one) => [one.id, one]));

it("what is newer than the rows being read waits, also between them", () => {
  const { rows, waiting } = steadyRows(list("f", "e", "d", "cc", "c"), shownAs("d", "c"), false);
  expect({ rows, waiting }).toEqual({ rows: list("d", "c"), waiting: 3 });
});

it("an older page comes below at once", () => {
  expect(steadyRows(list("d", "c", "b", "a"), shownAs("d", "c"), true)).toEqual({
    rows: list("d", "c", "b", "a"),
    waiting: 0,
  });
});

it("the first rows of an empty list show at once", () => {
  expect(steadyRows(list("b", "a"), new Map(), false)).toEqual({ rows: list("b", "a"), waiting: 0 });
});

it("a row that left the list is gone, one that was pushed off the last page stays", () => {
  expect(steadyRows(list("c"), shownAs("d", "c", "b"), false).rows).toEqual(list("c"));
  expect(steadyRows(list("e", "d", "c"), shownAs("d", "c", "b"), true)).toEqual({
    rows: list("d", "c", "b"),
    waiting: 1,
  });
});
