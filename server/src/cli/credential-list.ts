import { listAll } from "@steward/sdk";
import type { Command } from "commander";
import { actorNames } from "./actor-names.ts";
import { type Cli, note, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

export function addCredentialList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("credentials, without their secrets")
    .action(() => list(cli));
}

async function list(cli: Cli): Promise<void> {
  const client = await connect(cli);
  const items = await Array.fromAsync(listAll(client.listCredentials, { limit: 100 }));
  const nameOf = await actorNames(
    client,
    items.map(({ setBy }) => setBy),
  );
  show(cli, { items }, () => {
    const titles = ["CREDENTIAL", "KIND", "SET", "BY", "HOSTS"].map((title) => ({ title }));
    const rows = items.map((one) => [one.slug, one.kind, timeText(one.setAt), nameOf(one.setBy), one.hosts.join(", ")]);
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0)
    note(cli, "no credentials yet. Next: steward credential set <credential> --kind bearer --host <host>");
}
