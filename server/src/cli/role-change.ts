import type { Permission } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { findRole } from "./role-of.ts";
import { roleLines } from "./role-show.ts";
import { connectOutside } from "./terminal/connect.ts";
import { demandChange } from "./terminal/demand-change.ts";
import { readPermission } from "./terminal/read-permission.ts";

interface Options {
  readonly name?: string;
  readonly permission?: readonly Permission[];
  readonly add?: readonly Permission[];
  readonly take?: readonly Permission[];
}

export function addRoleChange(parent: Command, cli: Cli): void {
  parent
    .command("change")
    .description("change a role of your own, for everybody who has it, at once")
    .argument("<role>", "its name or id")
    .option("--name <name>", "what it is called from now on")
    .option("--permission <permission>", "what it may from now on, in place of all; may be repeated", readPermission)
    .option("--add <permission>", "what it may as well: run.read; may be repeated", readPermission)
    .option("--take <permission>", "what it may no longer; may be repeated", readPermission)
    .action((named: string, options: Options) => change(cli, named, options));
}

async function change(cli: Cli, named: string, { name, permission, add, take }: Options): Promise<void> {
  demandChange("steward role change", { name, permission, add, take });
  const client = await connectOutside(cli);
  const organization = await organizationOf(cli, client);
  const { id: role, permissions: has } = await findRole(client, organization, named);
  const kept = [...new Set([...(permission ?? has), ...(add ?? [])])].filter((one) => !take?.includes(one));
  const permissions = [permission, add, take].every((one) => one === undefined) ? undefined : kept;
  const changed = await client.changeRole({ organization, role, body: { name, permissions } });
  show(cli, changed, () => roleLines(changed));
}
