import { listAll } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connectOutside } from "./terminal/connect.ts";
import { readCount } from "./terminal/read-count.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

const ROWS_MAX = 10_000;
const PAGE_MAX = 100;

export function addInstallationOutbound(parent: Command, cli: Cli): void {
  parent
    .command("outbound")
    .description("what the installation itself connected to, newest hours first (operators)")
    .option("--limit <count>", "how many at most", readCount(ROWS_MAX), 50)
    .action(({ limit }: { readonly limit: number }) => list(cli, limit));
}

async function list(cli: Cli, limit: number): Promise<void> {
  const client = await connectOutside(cli);
  const query = { limit: Math.min(limit, PAGE_MAX) };
  const items = await Array.fromAsync(listAll(client.listOutbound, query, { itemsMax: limit }));
  show(cli, { items }, () => {
    const titles = [
      { title: "HOUR" },
      { title: "FOR" },
      { title: "TIMES", right: true },
      { title: "BYTES", right: true },
      { title: "WHERE" },
    ];
    const rows = items.map((one) => [
      timeText(one.hour),
      one.purpose.replace("_", " "),
      String(one.count),
      one.bytes === null ? "" : String(one.bytes),
      `${one.host}:${one.port}`,
    ]);
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0) note(cli, "it connected to nothing");
}
