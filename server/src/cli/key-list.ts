import { type ApiKey, listAll } from "@steward/sdk";
import type { Command } from "commander";
import { actorNames } from "./actor-names.ts";
import { type Cli, note, show } from "./cli.ts";
import { keyWorks } from "./find-key.ts";
import { connect } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

export function addKeyList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("API keys of the project, newest first; never their text")
    .option("--all", "also those that expired or are revoked")
    .action(({ all }: { readonly all?: boolean }) => list(cli, all === true));
}

async function list(cli: Cli, all: boolean): Promise<void> {
  const client = await connect(cli);
  const found = await Array.fromAsync(listAll(client.listKeys, { limit: 100 }));
  const nowMs = Date.now();
  const items = found.filter((key) => all || keyWorks(key, nowMs));
  const nameOf = await actorNames(
    client,
    items.map(({ member }) => member),
  );
  show(cli, { items }, () => {
    const titles = ["KEY", "BEGINS", "REACH", "LAST USED", "EXPIRES", "REVOKED", "OWNER", "NAME"];
    const rows = items.map((one) => [
      one.id,
      one.prefix,
      reachOf(one),
      timeText(one.lastUsedAt),
      one.expiresAt === null ? "never" : timeText(one.expiresAt),
      timeText(one.revokedAt),
      nameOf(one.member),
      one.name,
    ]);
    return items.length === 0
      ? []
      : tableLines(
          titles.map((title) => ({ title })),
          rows,
          cli.terminal.columns,
        );
  });
  if (items.length === 0) note(cli, `no key works here${all ? "" : "; --all shows those that did"}`);
}

function reachOf({ reach, permissions }: ApiKey): string {
  return permissions === null ? reach : `${reach}, limited`;
}
