import { listAll } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

export function addVariableList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("variables of the project")
    .action(() => list(cli));
}

async function list(cli: Cli): Promise<void> {
  const { listVariables } = await connect(cli);
  const items = await Array.fromAsync(listAll(listVariables, { limit: 100 }));
  show(cli, { items }, () => {
    const titles = ["VARIABLE", "SET", "VALUE"].map((title) => ({ title }));
    const rows = items.map((one) => [one.name, timeText(one.setAt), JSON.stringify(one.value)]);
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0) note(cli, "no variables yet. Next: steward variable set <variable> <value>");
}
