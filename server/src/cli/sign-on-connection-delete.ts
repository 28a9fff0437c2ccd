import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { findConnection } from "./sign-on-connection-show.ts";
import { connectOutside } from "./terminal/connect.ts";

export function addSignOnConnectionDelete(parent: Command, cli: Cli): void {
  parent
    .command("connection-delete")
    .description("remove a provider; who came by it stays a member")
    .argument("<connection>", "its name or id")
    .action(async (named: string) => {
      const client = await connectOutside(cli);
      const organization = await organizationOf(cli, client);
      const { id: connection, name } = await findConnection(client, organization, named);
      await client.deleteSignOnConnection({ organization, connection });
      show(cli, { connection, deleted: true }, () => [`${name}: removed`]);
    });
}
