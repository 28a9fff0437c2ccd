import type { SignOnSettings } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { roleNames } from "./role-of.ts";
import { connectOutside } from "./terminal/connect.ts";
import { factLines } from "./terminal/fact-lines.ts";

export function addSignOnShow(parent: Command, cli: Cli): void {
  parent
    .command("show")
    .description("whether the organization's sign-on is enforced, and the roles of who comes by it")
    .action(async () => {
      const client = await connectOutside(cli);
      const organization = await organizationOf(cli, client);
      const settings = await client.getSignOn({ organization });
      const refs = [settings.defaultRole, ...settings.groupRoles.map(({ role }) => role)];
      const roleName = await roleNames(client, organization, refs);
      show(cli, settings, () => signOnLines(settings, roleName));
    });
}

/** An organization's sign-on as a person reads it. */
export function signOnLines(one: SignOnSettings, roleName: (ref: string) => string): readonly string[] {
  return factLines([
    ["sign-on", one.enforced ? "enforced" : "optional"],
    ["role", roleName(one.defaultRole)],
    ...one.groupRoles.map(({ group, role }) => [`group ${group}`, roleName(role)] as const),
    ["SCIM", one.scimUrl],
  ]);
}
