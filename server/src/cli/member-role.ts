import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { findMember } from "./find-member.ts";
import { organizationOf } from "./organization-of.ts";
import { roleOf } from "./role-of.ts";
import { connectOutside } from "./terminal/connect.ts";

export function addMemberRole(parent: Command, cli: Cli): void {
  parent
    .command("role")
    .description("give a member another role in the organization")
    .argument("<member>", "an e-mail address, a service account's name, or an id")
    .argument("<role>", "one of: steward role list")
    .action(async (named: string, role: string) => {
      const client = await connectOutside(cli);
      const organization = await organizationOf(cli, client);
      const body = { role: await roleOf(client, organization, role) };
      const { id: member } = await findMember(client, organization, named);
      const changed = await client.changeMember({ organization, member, body });
      show(cli, changed, () => [`${changed.email ?? changed.name}: ${role}`]);
    });
}
