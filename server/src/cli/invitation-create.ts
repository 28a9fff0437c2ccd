import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { roleOf } from "./role-of.ts";
import { connectOutside } from "./terminal/connect.ts";
import { timeText } from "./terminal/words.ts";

export function addInvitationCreate(parent: Command, cli: Cli): void {
  parent
    .command("create")
    .description("invite somebody by mail, and print the link, which works once")
    .argument("<email>", "their mail address")
    .argument("<role>", "one of: steward role list")
    .action(async (email: string, named: string) => {
      const client = await connectOutside(cli);
      const organization = await organizationOf(cli, client);
      const role = await roleOf(client, organization, named);
      const made = await client.createInvitation({ organization, body: { email, role } });
      show(cli, made, () => [made.url]);
      note(cli, `${made.id}: ${made.email} is invited as ${named}, until ${timeText(made.expiresAt)}`);
    });
}
