import { listAll } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { statusText } from "./connection-show.ts";
import { connect } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

export function addConnectionList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("connections of the project, without their secrets")
    .option("--connector <connector>", "only those of this connector")
    .action((options: { readonly connector?: string }) => list(cli, options));
}

async function list(cli: Cli, { connector }: { readonly connector?: string }): Promise<void> {
  const { listConnections } = await connect(cli);
  const items = await Array.fromAsync(listAll(listConnections, { limit: 100, connector }));
  show(cli, { items }, () => {
    const titles = ["CONNECTION", "CONNECTOR", "STATUS", "USED", "ACCOUNT"].map((title) => ({ title }));
    const rows = items.map((one) => [
      one.slug,
      one.connector,
      statusText(one),
      timeText(one.usedAt),
      one.account ?? "",
    ]);
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0) note(cli, "no connections yet. Next: steward connection create <connector> <slug>");
}
