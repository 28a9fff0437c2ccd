import { listAll, type Project } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

export function addProjectList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("the projects that you may enter, and deleted ones that you may bring back")
    .action(() => list(cli));
}

async function list(cli: Cli): Promise<void> {
  const client = await connectOutside(cli);
  const organization = await organizationOf(cli, client);
  const items = await Array.fromAsync(listAll(client.listProjects, { organization, limit: 100 }));
  show(cli, { items }, () => {
    const titles = ["PROJECT", "ID", "YOUR ROLE", "TIME ZONE", "STATE", "NAME"].map((title) => ({ title }));
    const rows = items.map((one) => [one.slug, one.id, one.role, one.timeZone, stateOf(one), one.name]);
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0) note(cli, "no projects. Next: steward project create <slug>");
}

function stateOf({ deletedAt, recoverableUntil }: Project): string {
  if (deletedAt === null) return "";
  return recoverableUntil === null ? "deleted for good" : `deleted, can come back until ${timeText(recoverableUntil)}`;
}
