/**
 * How a table is declared. Numbers are permanent: sealed values are bound to them (table and column
 * go into the associated data), so a table or column may be renamed or dropped, its number never reused.
 */

/** What kind of data a column holds. */
export type DataClass =
  /** Ids, times, states, counts: says nothing about anybody by itself. */
  | "fact"
  /** Names and settings that a person typed to organize their work. */
  | "label"
  /** What flows carry: inputs, outputs, definitions. Always sealed. */
  | "content"
  /** Who somebody is: mail addresses, names. */
  | "personal"
  /** What gives access. Sealed, or kept as a digest only. */
  | "secret";

/** With which keys a column is sealed: of the run, or of the project under a purpose. */
export type Sealing = "run" | "project";

export interface Column {
  readonly number: number;
  readonly holds: DataClass;
  readonly sealed: Sealing | null;
}

/** Whose rows these are: the scope that row-level security demands. */
export type TableScope = "installation" | "organization" | "project";

/** How long rows are kept. Defaults of PROMISES E; counted from the row's end of use. */
export type Keeping =
  | { readonly as: "open" } // while its owner exists
  | { readonly as: "days"; readonly days: number }
  | { readonly as: "years"; readonly years: number }
  | { readonly as: "run" }; // until its run ends

export interface Table {
  readonly number: number;
  readonly name: string;
  readonly scope: TableScope;
  readonly kept: Keeping;
  readonly exported: boolean;
  readonly columns: Readonly<Record<string, Column>>;
}

type ColumnSpec = readonly [number: number, holds: DataClass, sealed?: Sealing];

/** One table's declaration. */
export function table(
  number: number,
  name: string,
  scope: TableScope,
  kept: Keeping,
  exported: boolean,
  columns: Readonly<Record<string, ColumnSpec>>,
): Table {
  const declared: Record<string, Column> = {};
  for (const [column, [columnNumber, holds, sealed = null]] of Object.entries(columns)) {
    declared[column] = { number: columnNumber, holds, sealed };
  }
  return { number, name, scope, kept, exported, columns: declared };
}

export const open: Keeping = { as: "open" };
export const days = (count: number): Keeping => ({ as: "days", days: count });
export const years = (count: number): Keeping => ({ as: "years", years: count });
export const untilRunEnds: Keeping = { as: "run" };
