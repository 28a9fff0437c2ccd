import type { Column } from "@steward/sdk";
import { expect, it } from "vitest";
import { changesOf, faultsOf, mergedWith, textsOf } from "./row-form.ts";

const column = (name: string, type: Column["type"], required = false): Column => ({
  name,
  type,
  required,
  unique: false,
  options: null,
});
const columns = [column("a", "text"), column("n", "integer", true), column("j", "json")];
const before = { a: "x", n: 1, j: { k: 1 } };

it("a form nobody touched changes nothing", () => {
  const texts = textsOf(columns, before);
  expect([changesOf(columns, texts, before), faultsOf(columns, texts, before)]).toEqual([{}, {}]);
});

it("only what was changed is sent, an emptied field as no value", () => {
  const texts = { ...textsOf(columns, before), a: "", j: '{"k":2}' };
  expect(changesOf(columns, texts, before)).toEqual({ a: null, j: { k: 2 } });
});

it("a new row says what it lacks", () => {
  expect(faultsOf(columns, { a: "", n: "", j: "" }, null)).toEqual({ n: expect.any(String) });
  expect(changesOf(columns, { a: "", n: "3", j: "" }, null)).toEqual({ n: 3 });
});

it("what a person may not set any more, but did not touch, is no fault", () => {
  const odd = { a: "x", n: null, j: null };
  expect(faultsOf(columns, textsOf(columns, odd), odd)).toEqual({});
});

it("another's change goes into the fields that nobody touched, and is shown beside those that were", () => {
  const typed = { ...textsOf(columns, before), a: "mine" };
  expect(mergedWith(columns, typed, before, { a: "theirs", n: 2, j: { k: 1 } })).toEqual({
    texts: { a: "mine", n: "2", j: '{"k":1}' },
    theirs: { a: "theirs" },
  });
});
