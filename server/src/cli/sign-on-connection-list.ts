import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

export function addSignOnConnectionList(parent: Command, cli: Cli): void {
  parent
    .command("connection-list")
    .description("the providers that sign people on; the first enabled one is asked")
    .action(() => list(cli));
}

async function list(cli: Cli): Promise<void> {
  const client = await connectOutside(cli);
  const { items } = await client.listSignOnConnections({ organization: await organizationOf(cli, client) });
  show(cli, { items }, () => {
    const titles = ["CONNECTION", "KIND", "STATE", "LAST USED", "NAME"].map((title) => ({ title }));
    const rows = items.map((one) => [
      one.id,
      one.kind,
      one.enabled ? "enabled" : "disabled",
      timeText(one.lastUsedAt),
      one.name,
    ]);
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0) note(cli, "no providers yet. Next: steward sign-on connection-add oidc <name> --help");
}
