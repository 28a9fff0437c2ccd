import { listAll } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { findProject } from "./find-project.ts";
import { organizationOf } from "./organization-of.ts";
import { roleNames } from "./role-of.ts";
import { projectFirst } from "./project-first.ts";
import { connectOutside } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

export function addMemberProjectRoleList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("who has another role in the project than in the organization")
    .argument("[project]", "its slug or id; left out with --project")
    .action((named: string | undefined) =>
      list(cli, ...projectFirst<[]>(cli, "steward member project-role list", [named])),
    );
}

async function list(cli: Cli, named: string): Promise<void> {
  const client = await connectOutside(cli);
  const organization = await organizationOf(cli, client);
  const { id: project } = await findProject(client, organization, named);
  const items = await Array.fromAsync(listAll(client.listProjectMembers, { organization, project, limit: 100 }));
  const members = await Array.fromAsync(listAll(client.listMembers, { organization, limit: 100 }));
  const called = new Map(members.map(({ id, email, name }) => [id, email ?? name]));
  const refs = items.map(({ role }) => role);
  const roleName = await roleNames(client, organization, refs);
  show(cli, { items }, () => {
    const titles = ["MEMBER", "ROLE", "SET", "WHO"].map((title) => ({ title }));
    const rows = items.map(({ member, role, setAt }) => [
      member,
      roleName(role),
      timeText(setAt),
      called.get(member) ?? "",
    ]);
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0) note(cli, "everybody has the role that they have in the organization");
}
