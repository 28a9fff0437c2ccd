import type { Column } from "@steward/sdk";
import { expect, it } from "vitest";
import { filterOf, filterWords, operatorsOf } from "./row-filter.ts";

const column = (type: Column["type"]): Column => ({ name: "c", type, required: false, unique: false, options: ["a"] });

it("a typed text becomes a value of the column's type", () => {
  expect(filterOf(column("integer"), "gt", "12")).toEqual({ field: "c", op: "gt", value: 12 });
  expect(filterOf(column("boolean"), "eq", "false")).toEqual({ field: "c", op: "eq", value: false });
  expect(filterOf(column("integer"), "in", "1, 2")).toEqual({ field: "c", op: "in", value: [1, 2] });
  expect(filterOf(column("select"), "eq", "no choice any more")).toMatchObject({ value: "no choice any more" });
  expect(filterOf(column("json"), "contains", "x")).toEqual({ field: "c", op: "contains", value: "x" });
  expect(filterOf(column("text"), "is_empty", "whatever")).toEqual({ field: "c", op: "is_empty" });
});

it("a text that can't be one makes no filter", () => {
  expect(filterOf(column("integer"), "gt", "many")).toBeNull();
  expect(filterOf(column("integer"), "in", "1, many")).toBeNull();
  expect(filterOf(column("text"), "contains", "")).toBeNull();
  expect(filterOf(column("text"), "eq", "")).toBeNull();
});

it("a chip says it in words, also of a column that is gone", () => {
  expect(filterWords({ field: "c", op: "eq", value: true }, [column("boolean")])).toEqual(["c", "is", "Yes"]);
  expect(filterWords({ field: "old", op: "in", value: ["a", "b"] }, [])).toEqual(["old", "is one of", "a, b"]);
});

it("every type has operators, and JSON only those that the server takes", () => {
  expect(operatorsOf({ type: "json" })).toEqual(["contains", "is_empty", "is_not_empty"]);
});
