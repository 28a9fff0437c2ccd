import type { Permission } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { roleLines } from "./role-show.ts";
import { connectOutside } from "./terminal/connect.ts";
import { readPermission } from "./terminal/read-permission.ts";

interface Options {
  readonly permission?: readonly Permission[];
}

export function addRoleCreate(parent: Command, cli: Cli): void {
  parent
    .command("create")
    .description("make a role of your own; with no permission that you lack")
    .argument("<name>", "what it is called")
    .option("--permission <permission>", "what it may: run.read; may be repeated", readPermission)
    .action(async (name: string, { permission: permissions = [] }: Options) => {
      const client = await connectOutside(cli);
      const organization = await organizationOf(cli, client);
      const role = await client.createRole({ organization, body: { name, permissions: [...permissions] } });
      show(cli, role, () => roleLines(role));
    });
}
