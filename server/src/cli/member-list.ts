import { listAll } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { roleNames } from "./role-of.ts";
import { connectOutside } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

export function addMemberList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("members of the organization, people and service accounts")
    .option("--search <text>", "only those whose address or name has this text")
    .action(({ search }: { readonly search?: string }) => list(cli, search));
}

async function list(cli: Cli, search: string | undefined): Promise<void> {
  const client = await connectOutside(cli);
  const organization = await organizationOf(cli, client);
  const items = await Array.fromAsync(listAll(client.listMembers, { organization, search, limit: 100 }));
  const refs = items.map(({ role }) => role);
  const roleName = await roleNames(client, organization, refs);
  show(cli, { items }, () => {
    const titles = ["MEMBER", "E-MAIL", "ROLE", "SINCE", "ACCOUNT", "NAME"].map((title) => ({ title }));
    const rows = items.map((one) => [
      one.id,
      one.email ?? "service account",
      roleName(one.role),
      timeText(one.createdAt),
      one.account ?? "",
      one.name,
    ]);
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0) note(cli, "no such members. Next: steward invitation create <address> <role>");
}
