import type { Column } from "@steward/sdk";
import { expect, it } from "vitest";
import type { Json } from "../json-text.ts";
import { editedCell, readCell, sameValue, shownCell } from "./cell-value.ts";

const column = (type: Column["type"], more: Partial<Column> = {}): Column => ({
  name: "c",
  type,
  required: false,
  unique: false,
  options: null,
  ...more,
});

const VALUES: [Column["type"], Json][] = [
  ["text", " kept as it is \n"],
  ["number", 12.5],
  ["number", "12345678901234567890.5"],
  ["integer", 12],
  ["integer", "9223372036854775807"],
  ["boolean", false],
  ["date", "2026-11-21"],
  ["time", "2026-11-21T12:30:00.000Z"],
  ["json", { a: [1, "x", null] }],
  ["json", "a text"],
  ["select", "b"],
];

it("what is put into an editor is read back as the same value", () => {
  for (const [type, value] of VALUES) {
    const one = column(type, { options: type === "select" ? ["a", "b"] : null });
    expect(readCell(one, editedCell(one, value))).toEqual({ ok: true, value });
  }
});

it("an empty text is no value, which a column may not allow", () => {
  expect(readCell(column("text"), "")).toEqual({ ok: true, value: null });
  expect(readCell(column("text", { required: true }), "").ok).toBe(false);
});

it("what doesn't fit its type is told so before anybody is asked", () => {
  const wrong: [Column["type"], string][] = [
    ["number", "12,5"],
    ["integer", "1.5"],
    ["boolean", "maybe"],
    ["date", "21.11.2026"],
    ["time", "2026-11-21T12:30:00"],
    ["json", "{"],
    ["select", "c"],
  ];
  for (const [type, text] of wrong)
    expect(readCell(column(type, { options: ["a"] }), text), `${type} ${text}`).toMatchObject({ ok: false });
});

it("a cell is one short line", () => {
  expect(shownCell(column("text"), null)).toBe("");
  expect(shownCell(column("boolean"), true)).toBe("Yes");
  expect(shownCell(column("json"), { a: 1 })).toBe('{"a":1}');
  expect(shownCell(column("text"), "x".repeat(1000))).toHaveLength(300);
});

it("values are the same by what they hold", () => {
  expect(sameValue({ a: [1] }, { a: [1] })).toBe(true);
  expect(sameValue("1", 1)).toBe(false);
});
