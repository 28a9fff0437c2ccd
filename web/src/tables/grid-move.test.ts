import { expect, it } from "vitest";
import { movedTo, nextCell } from "./grid-move.ts";

const size = { rows: 50, columns: 4 };
const go = (key: string, at = { row: 3, column: 2 }, mod = false) => movedTo(at, key, mod, size);

it("arrows, J and K go to the neighbour, and stop at the edges", () => {
  expect(go("ArrowDown")).toEqual({ row: 4, column: 2 });
  expect(go("j")).toEqual(go("ArrowDown"));
  expect(go("ArrowUp", { row: 0, column: 2 })).toEqual({ row: -1, column: 2 });
  expect(go("k", { row: -1, column: 2 })).toEqual({ row: -1, column: 2 });
  expect(go("ArrowRight", { row: 3, column: 3 })).toEqual({ row: 3, column: 3 });
  expect(go("ArrowLeft", { row: 3, column: 0 })).toEqual({ row: 3, column: 0 });
});

it("Home and End go along the row, with Ctrl over the whole grid", () => {
  expect(go("Home")).toEqual({ row: 3, column: 0 });
  expect(go("End")).toEqual({ row: 3, column: 3 });
  expect(go("Home", undefined, true)).toEqual({ row: 0, column: 0 });
  expect(go("End", undefined, true)).toEqual({ row: 49, column: 3 });
});

it("a page stays among the rows, and other keys move nothing", () => {
  expect(go("PageDown", { row: 40, column: 1 })).toEqual({ row: 49, column: 1 });
  expect(go("PageUp")).toEqual({ row: 0, column: 2 });
  expect(go("a")).toBeNull();
});

it("Tab goes on in reading order, past the cells that are not edited, until there are none", () => {
  expect(nextCell({ row: 3, column: 2 }, 1, size, 2)).toEqual({ row: 3, column: 3 });
  expect(nextCell({ row: 3, column: 3 }, 1, size, 2)).toEqual({ row: 4, column: 2 });
  expect(nextCell({ row: 3, column: 2 }, -1, size, 2)).toEqual({ row: 2, column: 3 });
  expect(nextCell({ row: 49, column: 3 }, 1, size, 2)).toBeNull();
  expect(nextCell({ row: 0, column: 2 }, -1, size, 2)).toBeNull();
});
