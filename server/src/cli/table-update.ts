import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { findTable } from "./find-table.ts";
import { valuesOf } from "./table-insert.ts";
import { rowLines } from "./table-rows.ts";
import { connect } from "./terminal/connect.ts";
import { readJsonInput } from "./terminal/read-input.ts";

export function addTableUpdate(parent: Command, cli: Cli): void {
  parent
    .command("update")
    .description("change values of a row; refused when somebody else changes it at the same moment")
    .argument("<table>", "its name or id")
    .argument("<row>", "the row's id")
    .argument("<values>", "JSON by column, only those that change; @file, or - for standard input")
    .action((named: string, row: string, given: string) => update(cli, named, row, given));
}

async function update(cli: Cli, named: string, row: string, given: string): Promise<void> {
  const values = valuesOf(await readJsonInput(cli, given, "the row", "steward table update <table> <row>"));
  const client = await connect(cli);
  const table = await findTable(client, named);
  const { version } = await client.getRow({ table: table.id, row });
  const changed = await client.updateRow({ table: table.id, row, body: { version, values } });
  show(cli, changed, () => rowLines(cli, table, [changed]));
}
