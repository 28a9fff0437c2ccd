import type { Role } from "@steward/sdk";
import { PERMISSIONS } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { findRole } from "./role-of.ts";
import { connectOutside } from "./terminal/connect.ts";
import { factLines } from "./terminal/fact-lines.ts";

export function addRoleShow(parent: Command, cli: Cli): void {
  parent
    .command("show")
    .description("a role with its permissions")
    .argument("<role>", "its name or id")
    .action(async (named: string) => {
      const client = await connectOutside(cli);
      const role = await findRole(client, await organizationOf(cli, client), named);
      show(cli, role, () => roleLines(role));
    });
}

/** A role as a person reads it: each permission with what its holder may. */
export function roleLines({ name, is, permissions }: Role): readonly string[] {
  return [
    `${name}${is === null ? "" : `: ${is}`}`,
    ...factLines(permissions.map((one) => [one, PERMISSIONS[one].may])),
  ];
}
