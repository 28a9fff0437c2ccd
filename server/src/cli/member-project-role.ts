import type { Command } from "commander";
import type { Cli } from "./cli.ts";
import { addMemberProjectRoleList } from "./member-project-role-list.ts";
import { addMemberProjectRoleSet } from "./member-project-role-set.ts";
import { addMemberProjectRoleUnset } from "./member-project-role-unset.ts";

export function addMemberProjectRole(parent: Command, cli: Cli): void {
  const group = parent
    .command("project-role")
    .description("other roles that members have in one project: set, unset, list")
    .usage("<command>")
    .helpCommand(false)
    .exitOverride();
  for (const add of [addMemberProjectRoleSet, addMemberProjectRoleUnset, addMemberProjectRoleList]) add(group, cli);
}
