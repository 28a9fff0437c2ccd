import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { findRole } from "./role-of.ts";
import { connectOutside } from "./terminal/connect.ts";

export function addRoleDelete(parent: Command, cli: Cli): void {
  parent
    .command("delete")
    .description("delete a role of your own that nobody has")
    .argument("<role>", "its name or id")
    .action(async (named: string) => {
      const client = await connectOutside(cli);
      const organization = await organizationOf(cli, client);
      const { id: role, name } = await findRole(client, organization, named);
      await client.deleteRole({ organization, role });
      show(cli, { role, deleted: true }, () => [`${name}: deleted`]);
    });
}
