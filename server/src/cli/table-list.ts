import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";

export function addTableList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("the project's tables, by name")
    .action(() => list(cli));
}

async function list(cli: Cli): Promise<void> {
  const { items } = await (await connect(cli)).listTables();
  show(cli, { items }, () => {
    const titles = [{ title: "TABLE" }, { title: "ROWS, ABOUT", right: true }, { title: "COLUMNS" }];
    const rows = items.map((one) => [one.name, String(one.rowsAbout), one.columns.map(({ name }) => name).join(", ")]);
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0) note(cli, "no tables yet. Next: steward table create <table> --column <name>:<type>");
}
