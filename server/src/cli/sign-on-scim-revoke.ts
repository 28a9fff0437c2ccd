import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";

export function addSignOnScimRevoke(parent: Command, cli: Cli): void {
  parent
    .command("scim-revoke")
    .description("revoke a SCIM client's token at once")
    .argument("<token>", "its id: key_…")
    .action(async (token: string) => {
      const client = await connectOutside(cli);
      await client.revokeScimToken({ organization: await organizationOf(cli, client), token });
      show(cli, { token, revoked: true }, () => [`${token}: revoked`]);
    });
}
