/** A column as a form. Pure. */
import type { Column, ColumnChange, NewColumn } from "@steward/sdk";
import { say } from "../language.ts";
import { needed } from "../ui/checks.ts";

export interface ColumnDraft {
  readonly name: string;
  readonly type: Column["type"];
  readonly required: boolean;
  readonly unique: boolean;
  /** A choice in each line. */
  readonly options: string;
}

export const NEW_COLUMN: ColumnDraft = { name: "", type: "text", required: false, unique: false, options: "" };

export function draftOf({ name, type, required, unique, options }: Column): ColumnDraft {
  return { name, type, required, unique, options: (options ?? []).join("\n") };
}

const optionsOf = ({ options }: ColumnDraft): string[] => [
  ...new Set(
    options
      .split("\n")
      .map((one) => one.trim())
      .filter((one) => one !== ""),
  ),
];

export interface ColumnFaults {
  readonly name?: string | undefined;
  readonly options?: string | undefined;
}

export function columnFaults(draft: ColumnDraft): ColumnFaults {
  const lacks = draft.type === "select" && optionsOf(draft).length === 0;
  return { name: needed(draft.name), options: lacks ? say.data.tables.form.optionsNeeded : undefined };
}

export const isFaulty = (faults: ColumnFaults): boolean => faults.name !== undefined || faults.options !== undefined;

export function newColumnOf(draft: ColumnDraft): NewColumn {
  const { type, required, unique } = draft;
  return { name: draft.name.trim(), type, required, unique, ...(type === "select" && { options: optionsOf(draft) }) };
}

/** What of the column is to be another; null when nothing is. */
export function changeOf(column: Column, draft: ColumnDraft): Omit<ColumnChange, "dryRun"> | null {
  const wanted = newColumnOf(draft);
  const options = wanted.options?.join("\n") === column.options?.join("\n") ? undefined : wanted.options;
  const change = {
    ...(wanted.name !== column.name && { name: wanted.name }),
    ...(wanted.type !== column.type && { type: wanted.type }),
    ...(wanted.required !== column.required && { required: wanted.required }),
    ...(wanted.unique !== column.unique && { unique: wanted.unique }),
    ...(options !== undefined && { options }),
  };
  return Object.keys(change).length === 0 ? null : change;
}
