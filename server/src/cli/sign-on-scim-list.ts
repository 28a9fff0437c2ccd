import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

export function addSignOnScimList(parent: Command, cli: Cli): void {
  parent
    .command("scim-list")
    .description("tokens of SCIM clients; never their text")
    .action(() => list(cli));
}

async function list(cli: Cli): Promise<void> {
  const client = await connectOutside(cli);
  const { items } = await client.listScimTokens({ organization: await organizationOf(cli, client) });
  show(cli, { items }, () => {
    const titles = ["TOKEN", "BEGINS", "MADE", "LAST USED", "UNTIL"].map((title) => ({ title }));
    const rows = items.map((one) => [
      one.id,
      one.prefix,
      timeText(one.createdAt),
      timeText(one.lastUsedAt),
      timeText(one.revokedAt ?? one.expiresAt),
    ]);
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0) note(cli, "no SCIM clients yet. Next: steward sign-on scim-create");
}
