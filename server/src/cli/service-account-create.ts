import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { roleOf } from "./role-of.ts";
import { connectOutside } from "./terminal/connect.ts";

export function addServiceAccountCreate(parent: Command, cli: Cli): void {
  parent
    .command("create")
    .description("make a member that is no person and acts by API keys only")
    .argument("<name>", "what it is called")
    .argument("<role>", "one of: steward role list")
    .action(async (name: string, named: string) => {
      const client = await connectOutside(cli);
      const organization = await organizationOf(cli, client);
      const role = await roleOf(client, organization, named);
      const made = await client.createServiceAccount({ organization, body: { name, role } });
      show(cli, made, () => [`${made.name}: made, ${made.id}`]);
      note(cli, `Next: steward key create <name> --service-account ${made.id}`);
    });
}
