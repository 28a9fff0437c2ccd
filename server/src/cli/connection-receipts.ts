import { listAll } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

export function addConnectionReceipts(parent: Command, cli: Cli): void {
  parent
    .command("receipts")
    .description("receipts of what was disconnected, newest first")
    .action(() => list(cli));
}

async function list(cli: Cli): Promise<void> {
  const { listReceipts } = await connect(cli);
  const items = await Array.fromAsync(listAll(listReceipts, { limit: 100 }));
  show(cli, { items }, () => {
    const titles = ["RECEIPT", "CONNECTION", "CONNECTOR", "PROVIDER", "WHEN"].map((title) => ({ title }));
    const rows = items.map((one) => [one.id, one.slug, one.connector, one.status, timeText(one.createdAt)]);
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0) note(cli, "nothing was disconnected yet");
}
