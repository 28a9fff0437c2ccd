/**
 * Edits of cells on their way: what a person typed shows at once; per row one is saved after the other, each with the
 * version of the row as it then is. An edit that another's change stands against, or that is refused, stays until the
 * person says what becomes of it.
 */
import { ProblemError, type Row } from "@steward/sdk";
import { createObservedList } from "../files/create-observed-list.ts";
import type { Json } from "../json-text.ts";
import { sameValue } from "./cell-value.ts";

export type EditState =
  | { readonly kind: "saving" }
  /** Somebody else set `theirs` meanwhile, which is what the table holds now. */
  | { readonly kind: "conflict"; readonly theirs: Json }
  | { readonly kind: "refused"; readonly error: unknown };

export interface CellEdit {
  readonly id: number;
  readonly row: string;
  readonly column: string;
  readonly value: Json;
  /** What the person saw when they changed it. */
  readonly before: Json;
  readonly state: EditState;
}

export interface EditParts {
  /** The row as it was last heard of; undefined when it isn't shown any more. */
  readonly known: (row: string) => Row | undefined;
  readonly save: (row: string, version: number, values: Row["values"]) => Promise<Row>;
  readonly read: (row: string) => Promise<Row>;
  /** Told of each row that was heard of anew. */
  readonly heard: (row: Row) => void;
}

export interface CellEdits {
  readonly commit: (row: Row, column: string, value: Json) => void;
  /** Saves it again over what is there now. */
  readonly overrule: (id: number) => void;
  readonly discard: (id: number) => void;
  readonly all: () => readonly CellEdit[];
  readonly subscribe: (changed: () => void) => () => void;
}

/** How often an edit of one column is tried again because others were changed beside it. */
const TRIES_MAX = 5;

export function createCellEdits(parts: EditParts): CellEdits {
  const list = createObservedList<CellEdit>();
  const queues = new Map<string, Promise<void>>();
  const discard = (id: number): void => list.replace(list.all().filter((one) => one.id !== id));

  const save = async (edit: CellEdit): Promise<void> => {
    try {
      const theirs = await saveEdit(parts, edit);
      if (theirs === SAVED) discard(edit.id);
      else list.set(edit.id, { state: { kind: "conflict", theirs } });
    } catch (error) {
      list.set(edit.id, { state: { kind: "refused", error } });
    }
  };

  /** After what is already being saved of the row. */
  const queue = (edit: CellEdit): void => {
    const turn = (queues.get(edit.row) ?? Promise.resolve()).then(() => save(edit));
    queues.set(edit.row, turn);
    void turn.then(() => queues.get(edit.row) === turn && queues.delete(edit.row));
  };

  const add = (edit: Omit<CellEdit, "id" | "state">): void => {
    const made: CellEdit = { ...edit, id: list.nextId(), state: { kind: "saving" } };
    // What was said of the same cell before is over with this.
    const same = (one: CellEdit) => one.row === edit.row && one.column === edit.column && one.state.kind !== "saving";
    list.replace([...list.all().filter((one) => !same(one)), made]);
    queue(made);
  };

  return {
    commit(row, column, value) {
      const before = shownValue(list.all(), row, column);
      if (!sameValue(before, value)) add({ row: row.id, column, value, before });
    },
    overrule(id) {
      const edit = list.find(id);
      if (edit?.state.kind !== "conflict") return;
      add({ row: edit.row, column: edit.column, value: edit.value, before: edit.state.theirs });
    },
    discard,
    all: list.all,
    subscribe: list.subscribe,
  };
}

const SAVED = Symbol("saved");

/** Saves it, or gives what somebody else set meanwhile. Changes of other columns beside it are no matter. */
async function saveEdit(parts: EditParts, { row, column, value, before }: CellEdit): Promise<Json | typeof SAVED> {
  let known = parts.known(row) ?? (await parts.read(row));
  for (let tries = 1; ; tries++) {
    try {
      parts.heard(await parts.save(row, known.version, { [column]: value }));
      return SAVED;
    } catch (error) {
      if (!isStale(error) || tries === TRIES_MAX) throw error;
      known = await parts.read(row);
      parts.heard(known);
      const theirs = known.values[column] ?? null;
      if (sameValue(theirs, value)) return SAVED;
      if (!sameValue(theirs, before)) return theirs;
    }
  }
}

/** What a cell shows: what the person set while it is being saved, else what the table holds. */
export function shownValue(edits: readonly CellEdit[], row: Row, column: string): Json {
  const saving = edits.findLast((one) => one.row === row.id && one.column === column && one.state.kind === "saving");
  return saving === undefined ? (row.values[column] ?? null) : saving.value;
}

/** Whether the row is of another version by now; other conflicts (a value that must be the only one) say none. */
export function isStale(error: unknown): boolean {
  return error instanceof ProblemError && error.code === "conflict" && "version" in error.details;
}
