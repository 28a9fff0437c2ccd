import type { Organization } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";
import { factLines } from "./terminal/fact-lines.ts";
import { timeText } from "./terminal/words.ts";

export function addOrganizationShow(parent: Command, cli: Cli): void {
  parent
    .command("show")
    .description("an organization, its rules, and what you may do in it")
    .argument("[organization]", "its name or id; by default the key's own")
    .action(async (named: string | undefined) => {
      const client = await connectOutside(cli);
      const organization = await client.getOrganization({ organization: await organizationOf(cli, client, named) });
      show(cli, organization, () => organizationLines(organization));
    });
}

/** An organization as a person reads it. */
export function organizationLines(one: Organization): readonly string[] {
  return factLines([
    ["name", one.name],
    ["id", one.id],
    ["since", timeText(one.createdAt)],
    ["second factor", one.secondFactorRequired ? "required" : "optional"],
    ["sign-on", one.signOnEnforced ? "enforced" : "optional"],
    ["region", one.region],
    ["deleted", timeText(one.deletedAt)],
    ["can come back until", timeText(one.recoverableUntil)],
    ["your role", one.role],
    ["you may", one.permissions.join(", ")],
  ]);
}
