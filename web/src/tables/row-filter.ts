/** Filters as a person makes and reads them. Pure. */
import { type Column, FILTER_OPERATORS, type RowFilter } from "@steward/sdk";
import { say } from "../language.ts";
import { visible } from "../visible.ts";
import { readCell, shownCell } from "./cell-value.ts";

const { filter: words } = say.data.tables;
export type FilterOperator = RowFilter["op"];

const EMPTINESS = ["is_empty", "is_not_empty"] as const satisfies FilterOperator[];
const AMOUNT = ["eq", "neq", "lt", "lte", "gt", "gte", "in", ...EMPTINESS] as const satisfies FilterOperator[];
const OPERATORS: Readonly<Record<Column["type"], readonly FilterOperator[]>> = {
  text: ["contains", "eq", "neq", "in", ...EMPTINESS],
  number: AMOUNT,
  integer: AMOUNT,
  boolean: ["eq", ...EMPTINESS],
  date: AMOUNT,
  time: ["lt", "lte", "gt", "gte", "eq", "neq", ...EMPTINESS],
  json: ["contains", ...EMPTINESS],
  select: ["eq", "neq", "in", ...EMPTINESS],
};

/** What a column can be compared by, the likeliest first. */
export function operatorsOf({ type }: Pick<Column, "type">): readonly FilterOperator[] {
  return OPERATORS[type];
}

export const takesValue = (op: FilterOperator): boolean => op !== "is_empty" && op !== "is_not_empty";

export function isOperator(text: string): text is FilterOperator {
  return FILTER_OPERATORS.some((one) => one === text);
}

/** The filter that a typed text makes; null when it makes none. */
export function filterOf(column: Column, op: FilterOperator, typed: string): RowFilter | null {
  const field = column.name;
  if (!takesValue(op)) return { field, op };
  if (op === "contains") return typed === "" ? null : { field, op, value: typed };
  // Any text may be asked for, also one that is no choice any more.
  const rules = { ...column, required: true, options: null };
  const read = (op === "in" ? typed.split(",").map((one) => one.trim()) : [typed]).map((one) => readCell(rules, one));
  const values = read.flatMap((one) => (one.ok ? [one.value] : []));
  if (values.length < read.length) return null;
  return { field, op, value: op === "in" ? values : (values[0] ?? null) };
}

/** `amount is more than 12`, in its three parts. */
export function filterWords(
  { field, op, value }: RowFilter,
  columns: readonly Column[],
): readonly [string, string, string] {
  const column = columns.find(({ name }) => name === field);
  const shown = (one: RowFilter["value"]) => shownCell(column ?? { type: "text" }, one ?? null);
  const text = value === undefined ? "" : Array.isArray(value) ? value.map(shown).join(", ") : shown(value);
  return [visible(field), words.ops[op], visible(text)];
}
