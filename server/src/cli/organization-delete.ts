import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";

export function addOrganizationDelete(parent: Command, cli: Cli): void {
  parent
    .command("delete")
    .description("delete an organization with all its projects; it can be brought back for 30 days")
    .argument("<organization>", "its name or id")
    .action(async (named: string) => {
      const client = await connectOutside(cli);
      const organization = await organizationOf(cli, client, named);
      await client.deleteOrganization({ organization });
      show(cli, { organization, deleted: true }, () => [`${named}: deleted`]);
      note(
        cli,
        `Its keys are over. Next, to bring it back within 30 days: steward organization restore ${organization} --email <address>`,
      );
    });
}
