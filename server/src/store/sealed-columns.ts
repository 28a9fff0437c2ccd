/**
 * Sealed columns as such, whatever their table holds: read in pages by the order of their keys, and given other bytes for
 * the same content. What is sealed begins with its format (1 byte) and its epoch (4), docs/decisions/2026-11-21-keys.md.
 */
import type { SqlValue, Transaction } from "../core/ports/database.ts";

/** A column, and what tells the rows of a project apart. Names of the program's own, never of a caller's. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  readonly key: readonly { readonly name: string; readonly type: "uuid" | "integer" | "text" | "bytea" }[];
  /** What else the row of the associated data is made of. */
  readonly also?: string;
}

export interface SealedRow {
  /** As texts, in the order of `SealedColumn.key`. */
  readonly key: readonly string[];
  readonly also: string | null;
  /** Null for nothing sealed, or sealed under the epoch that is asked for. */
  readonly sealed: Buffer | null;
}

export interface SealedPage {
  readonly project: string;
  /** The key after which the page begins. */
  readonly after: readonly string[] | null;
  readonly limit: number;
}

/** The rows of a page, with what is sealed under another epoch than this one. */
export async function pageOfSealed(
  tx: Transaction,
  of: SealedColumn,
  epoch: number,
  page: SealedPage,
): Promise<readonly SealedRow[]> {
  const { rows } = await tx.query<SealedRow>({
    name: nameOf("page_of", of, page),
    text: `select ${keyText(of)} as key, ${of.also ?? "null"}::text as also,
        case when ${epochOf(of)} = $2 then null else ${of.column} end as sealed
      from steward.${of.table} where project = $1 ${afterText(of, page, 4)} order by ${names(of)} limit $3`,
    values: [page.project, epochBytes(epoch), page.limit, ...(page.after ?? [])],
  });
  return rows;
}

export interface CountedPage {
  readonly rows: number;
  /** Of them, sealed under the epoch, or under any other. */
  readonly found: number;
  /** Of the last one. */
  readonly last: readonly string[] | null;
}

/** How many of a page are sealed under this epoch, or under another; nothing but their first bytes is read. */
export async function countSealed(
  tx: Transaction,
  of: SealedColumn,
  asked: { readonly epoch: number; readonly under: boolean },
  page: SealedPage,
): Promise<CountedPage> {
  const { rows } = await tx.query<CountedPage>({
    name: nameOf(asked.under ? "count_under" : "count_beside", of, page),
    text: `with page as (
        select ${names(of)}, ${epochOf(of)} as epoch from steward.${of.table} where project = $1 ${afterText(of, page, 4)}
        order by ${names(of)} limit $3)
      select count(*) as rows, count(*) filter (where epoch ${asked.under ? "=" : "<>"} $2) as found,
        (select ${keyText(of)} from page order by ${names(of, "desc")} limit 1) as last from page`,
    values: [page.project, epochBytes(asked.epoch), page.limit, ...(page.after ?? [])],
  });
  return rows[0]!;
}

/** Puts other bytes where the ones given still are; gives how many. Whoever wrote in between wrote under a newer epoch. */
export async function putSealed(
  tx: Transaction,
  of: SealedColumn,
  project: string,
  changed: readonly { readonly key: readonly string[]; readonly before: Buffer; readonly after: Buffer }[],
): Promise<number> {
  if (changed.length === 0) return 0;
  const keys = of.key.map((_, at) => `k${at}`).join(", ");
  const { count } = await tx.query({
    name: `put_sealed_${of.table}_${of.column}`,
    text: `update steward.${of.table} t set ${of.column} = v.after
      from unnest($2::bytea[], $3::bytea[], ${of.key.map((_, at) => `$${at + 4}::text[]`).join(", ")}) as v (before, after, ${keys})
      where t.project = $1 and ${of.key.map(({ name, type }, at) => `t.${name} = v.k${at}::${type}`).join(" and ")}
        and t.${of.column} = v.before`,
    values: [
      project,
      changed.map(({ before }) => before),
      changed.map(({ after }) => after),
      ...of.key.map((_, at): SqlValue => changed.map(({ key }) => key[at]!)),
    ],
  });
  return count;
}

function epochOf({ column }: SealedColumn): string {
  return `substring(${column} from 2 for 4)`;
}

function epochBytes(epoch: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(epoch);
  return bytes;
}

function names({ key }: SealedColumn, direction: "" | "desc" = ""): string {
  return key.map(({ name }) => `${name} ${direction}`.trim()).join(", ");
}

function keyText({ key }: SealedColumn): string {
  return `array[${key.map(({ name }) => `${name}::text`).join(", ")}]`;
}

function afterText(of: SealedColumn, { after }: SealedPage, from: number): string {
  if (after === null) return "";
  return `and (${names(of)}) > (${of.key.map(({ type }, at) => `$${from + at}::${type}`).join(", ")})`;
}

function nameOf(what: string, { table, column }: SealedColumn, { after }: SealedPage): string {
  return `${what}_${table}_${column}_${after === null ? "first" : "next"}`;
}
