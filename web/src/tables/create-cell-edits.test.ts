import { ProblemError, type Row } from "@steward/sdk";
import { expect, it } from "vitest";
import { createCellEdits } from "./create-cell-edits.ts";

const problem = (code: string, details: Record<string, unknown> = {}) =>
  new ProblemError({
    type: "",
    title: "",
    status: 409,
    detail: code,
    code,
    hint: "",
    details,
    retryAfterSeconds: null,
  });

/** A table of one row, kept by version as the server does it. */
function table(values: Row["values"]) {
  let row: Row = { id: "r1", version: 1, values };
  let known: Row = row;
  const saves: Row["values"][] = [];
  const edits = createCellEdits({
    known: () => known,
    heard: (now) => void (known = now),
    read: () => Promise.resolve(row),
    save: async (_id, version, changed) => {
      saves.push(changed);
      await Promise.resolve();
      if ("refused" in changed) throw problem("value_invalid");
      if (version !== row.version) throw problem("conflict", { version: row.version });
      row = { ...row, version: row.version + 1, values: { ...row.values, ...changed } };
      return row;
    },
  });
  return {
    edits,
    saves,
    row: () => row,
    known: () => known,
    /** Somebody else's change. */
    other: (changed: Row["values"]) =>
      void (row = { ...row, version: row.version + 1, values: { ...row.values, ...changed } }),
  };
}

const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

it("edits of one row are saved one after the other, each with the version the one before left", async () => {
  const { edits, row, known } = table({ a: 1, b: 1 });
  edits.commit(known(), "a", 2);
  edits.commit(known(), "b", 3);
  expect(edits.all().map(({ state }) => state.kind)).toEqual(["saving", "saving"]);
  await settled();
  expect(row()).toEqual({ id: "r1", version: 3, values: { a: 2, b: 3 } });
  expect(edits.all()).toEqual([]);
});

it("the value that is there already is not saved", async () => {
  const { edits, saves, known } = table({ a: 1 });
  edits.commit(known(), "a", 1);
  await settled();
  expect(saves).toEqual([]);
});

it("another's change of the same cell is a conflict that shows theirs, until one of both is chosen", async () => {
  const { edits, row, known, other } = table({ a: 1 });
  other({ a: 5 });
  edits.commit(known(), "a", 2);
  await settled();
  expect(edits.all()).toMatchObject([{ value: 2, before: 1, state: { kind: "conflict", theirs: 5 } }]);
  expect(known().values).toEqual({ a: 5 });
  edits.overrule(edits.all()[0]!.id);
  await settled();
  expect([row().values, edits.all()]).toEqual([{ a: 2 }, []]);
});

it("another's change of another cell stands in nobody's way", async () => {
  const { edits, row, known, other } = table({ a: 1, b: 1 });
  other({ b: 9 });
  edits.commit(known(), "a", 2);
  await settled();
  expect([row().values, edits.all()]).toEqual([{ a: 2, b: 9 }, []]);
});

it("two who set the same are not told of each other", async () => {
  const { edits, known, other } = table({ a: 1 });
  other({ a: 2 });
  edits.commit(known(), "a", 2);
  await settled();
  expect(edits.all()).toEqual([]);
});

it("a refusal stays with its reason, and the next try of the cell takes its place", async () => {
  const { edits, known } = table({ refused: 1 });
  edits.commit(known(), "refused", 2);
  await settled();
  expect(edits.all()).toMatchObject([{ state: { kind: "refused", error: { code: "value_invalid" } } }]);
  edits.commit(known(), "refused", 3);
  expect(edits.all()).toMatchObject([{ value: 3, state: { kind: "saving" } }]);
  await settled();
  edits.discard(edits.all()[0]!.id);
  expect(edits.all()).toEqual([]);
});
