import type { Table } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { findTable } from "./find-table.ts";
import { connect } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";

export function addTableShow(parent: Command, cli: Cli): void {
  parent
    .command("show")
    .description("a table and its columns")
    .argument("<table>", "its name or id")
    .action(async (named: string) => {
      const client = await connect(cli);
      const table = await client.getTable({ table: (await findTable(client, named)).id });
      show(cli, table, () => columnLines(cli, table));
    });
}

/** A table as a person reads it. */
export function columnLines({ terminal }: Cli, { id, name, columns, rowsAbout }: Table): readonly string[] {
  const facts = `${name}, ${id}, about ${rowsAbout} rows`;
  const titles = ["COLUMN", "TYPE", "RULES", "OPTIONS"].map((title) => ({ title }));
  const rows = columns.map((one) => [
    one.name,
    one.type,
    [one.required && "required", one.unique && "unique"].filter(Boolean).join(", "),
    one.options?.join(", ") ?? "",
  ]);
  return columns.length === 0 ? [facts] : [facts, ...tableLines(titles, rows, terminal.columns)];
}
