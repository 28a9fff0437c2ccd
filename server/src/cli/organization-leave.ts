import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";

export function addOrganizationLeave(parent: Command, cli: Cli): void {
  parent
    .command("leave")
    .description("leave an organization; your keys there end at once")
    .argument("<organization>", "its name or id")
    .action(async (named: string) => {
      const client = await connectOutside(cli);
      const organization = await organizationOf(cli, client, named);
      await client.leaveOrganization({ organization });
      show(cli, { organization, left: true }, () => [`${named}: left`]);
    });
}
