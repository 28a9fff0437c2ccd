import type { Column, Row } from "@steward/sdk";
import { expect, it } from "vitest";
import { csvOfRows, guessDelimiter, guessMap, headersOf } from "./csv-text.ts";

const column = (name: string, type: Column["type"] = "text"): Column => ({
  name,
  type,
  required: false,
  unique: false,
  options: null,
});

it("rows become lines that say the same, whatever is in them", () => {
  const row: Row = { id: "0198", version: 1, values: { a: 'x,"y"\n', b: { n: 1 }, c: null } };
  expect(csvOfRows([column("a"), column("b", "json"), column("c")], [row])).toBe(
    'id,a,b,c\r\n0198,"x,""y""\n","{""n"":1}",\r\n',
  );
});

it("the first line is read with its quotes, and nothing after it", () => {
  expect(headersOf('\uFEFFa,"b ""c"", d",e\r\n1,2,3', ",")).toEqual(["a", 'b "c", d', "e"]);
  expect(headersOf('"two\nlines";b', ";")).toEqual(["two\nlines", "b"]);
  expect(headersOf("", ",")).toEqual([""]);
});

it("the delimiter is guessed by what it parts", () => {
  expect(guessDelimiter("a;b;c,d\n")).toBe(";");
  expect(guessDelimiter("a\tb\n")).toBe("\t");
  expect(guessDelimiter("alone\n")).toBe(",");
});

it("a header goes to the column of its name, once", () => {
  expect(guessMap(["Email ", "id", "email", "note"], [column("email"), column("Note")])).toEqual([
    "email",
    "id",
    null,
    "Note",
  ]);
});
