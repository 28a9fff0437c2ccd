import { listAll } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { roleNames } from "./role-of.ts";
import { connectOutside } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

export function addInvitationList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("invitations, newest first")
    .action(() => list(cli));
}

async function list(cli: Cli): Promise<void> {
  const client = await connectOutside(cli);
  const organization = await organizationOf(cli, client);
  const items = await Array.fromAsync(listAll(client.listInvitations, { organization, limit: 100 }));
  const refs = items.map(({ role }) => role);
  const roleName = await roleNames(client, organization, refs);
  show(cli, { items }, () => {
    const titles = ["INVITATION", "STATE", "UNTIL", "ROLE", "E-MAIL"].map((title) => ({ title }));
    const rows = items.map((one) => [one.id, one.state, timeText(one.expiresAt), roleName(one.role), one.email]);
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0) note(cli, "no invitations. Next: steward invitation create <address> <role>");
}
