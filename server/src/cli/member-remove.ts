import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { findMember } from "./find-member.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";

export function addMemberRemove(parent: Command, cli: Cli): void {
  parent
    .command("remove")
    .description("remove a member from the organization; their keys end at once")
    .argument("<member>", "an e-mail address, a service account's name, or an id")
    .action(async (named: string) => {
      const client = await connectOutside(cli);
      const organization = await organizationOf(cli, client);
      const { id: member, email, name } = await findMember(client, organization, named);
      await client.removeMember({ organization, member });
      show(cli, { member, removed: true }, () => [`${email ?? name}: removed`]);
    });
}
