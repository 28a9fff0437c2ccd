import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";

export function addRoleList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("roles of the organization, and what each may do")
    .action(() => list(cli));
}

async function list(cli: Cli): Promise<void> {
  const client = await connectOutside(cli);
  const { items } = await client.listRoles({ organization: await organizationOf(cli, client) });
  show(cli, { items }, () => {
    const titles = [{ title: "ROLE" }, { title: "ID" }, { title: "MAY", right: true }, { title: "WHAT IT IS" }];
    const rows = items.map(({ id, name, builtIn, is, permissions }) => [
      name,
      builtIn ? "" : id,
      String(permissions.length),
      is ?? permissions.join(", "),
    ]);
    return tableLines(titles, rows, cli.terminal.columns);
  });
}
