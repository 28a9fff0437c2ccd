/** A row as a form: a text for each column. Pure. */
import type { Column, Row } from "@steward/sdk";
import { editedCell, readCell, sameValue } from "./cell-value.ts";

export type Texts = Readonly<Record<string, string>>;
type Values = Row["values"];

export function textsOf(columns: readonly Column[], values: Values): Texts {
  return Object.fromEntries(columns.map((column) => [column.name, editedCell(column, values[column.name] ?? null)]));
}

/** What of the texts can't be a value, by column; a text that nobody changed is no business of this form. */
export function faultsOf(
  columns: readonly Column[],
  texts: Texts,
  before: Values | null,
): Readonly<Record<string, string>> {
  const faults: Record<string, string> = {};
  for (const column of columns) {
    const text = texts[column.name] ?? "";
    if (before !== null && text === editedCell(column, before[column.name] ?? null)) continue;
    const read = readCell(column, text);
    if (!read.ok) faults[column.name] = read.why;
  }
  return faults;
}

/** The values that differ from those before; of a new row, those that there are. */
export function changesOf(columns: readonly Column[], texts: Texts, before: Values | null): Values {
  const changes: Values = {};
  for (const column of columns) {
    const read = readCell(column, texts[column.name] ?? "");
    const was = before?.[column.name] ?? null;
    if (read.ok && !sameValue(read.value, was) && texts[column.name] !== editedCell(column, was))
      changes[column.name] = read.value;
  }
  return changes;
}

export interface Merged {
  /** What the person typed stays; elsewhere stands what somebody else set. */
  readonly texts: Texts;
  /** What somebody else set where the person typed too, by column. */
  readonly theirs: Values;
}

/** The form once it is known that somebody else changed the row meanwhile. */
export function mergedWith(columns: readonly Column[], texts: Texts, before: Values, now: Values): Merged {
  const mine = changesOf(columns, texts, before);
  const theirs: Values = {};
  const merged: Record<string, string> = { ...texts };
  for (const column of columns) {
    const value = now[column.name] ?? null;
    if (sameValue(value, before[column.name] ?? null)) continue;
    if (!Object.hasOwn(mine, column.name)) merged[column.name] = editedCell(column, value);
    else if (!sameValue(mine[column.name] ?? null, value)) theirs[column.name] = value;
  }
  return { texts: merged, theirs };
}
