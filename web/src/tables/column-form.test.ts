import type { Column } from "@steward/sdk";
import { expect, it } from "vitest";
import { changeOf, columnFaults, draftOf, NEW_COLUMN, newColumnOf } from "./column-form.ts";

const column: Column = { name: "state", type: "select", required: true, unique: false, options: ["new", "old"] };

it("a form nobody touched changes nothing", () => expect(changeOf(column, draftOf(column))).toBeNull());

it("only what is another goes into the change", () => {
  expect(changeOf(column, { ...draftOf(column), name: " status " })).toEqual({ name: "status" });
  expect(changeOf(column, { ...draftOf(column), required: false })).toEqual({ required: false });
  expect(changeOf(column, { ...draftOf(column), options: "new\nold\n\n new \nlate" })).toEqual({
    options: ["new", "old", "late"],
  });
});

it("another type takes no choices along", () => {
  expect(changeOf(column, { ...draftOf(column), type: "text" })).toEqual({ type: "text" });
});

it("a column has a name, and a choice has choices", () => {
  expect(columnFaults(NEW_COLUMN).name).toEqual(expect.any(String));
  expect(columnFaults({ ...NEW_COLUMN, name: "a", type: "select", options: " \n" }).options).toEqual(
    expect.any(String),
  );
  expect(newColumnOf({ ...NEW_COLUMN, name: "a" })).toEqual({
    name: "a",
    type: "text",
    required: false,
    unique: false,
  });
});
