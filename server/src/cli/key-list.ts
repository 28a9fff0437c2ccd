import { type ApiKey, listAll } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

export function addKeyList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("API keys of the project, newest first; never their text")
    .option("--all", "also those that are revoked")
    .action(({ all }: { readonly all?: boolean }) => list(cli, all === true));
}

async function list(cli: Cli, all: boolean): Promise<void> {
  const client = await connect(cli);
  const found = await Array.fromAsync(listAll(client.listKeys, { limit: 100 }));
  const items = found.filter(({ revokedAt }) => all || revokedAt === null || Date.parse(revokedAt) > Date.now());
  show(cli, { items }, () => {
    const titles = ["KEY", "BEGINS", "REACH", "LAST USED", "UNTIL", "NAME"].map((title) => ({ title }));
    const rows = items.map((one) => [
      one.id,
      one.prefix,
      reachOf(one),
      timeText(one.lastUsedAt),
      timeText(one.revokedAt ?? one.expiresAt),
      one.name,
    ]);
    return tableLines(titles, rows, cli.terminal.columns);
  });
}

function reachOf({ reach, permissions }: ApiKey): string {
  return permissions === null ? reach : `${reach}, limited`;
}
