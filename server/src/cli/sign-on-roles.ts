import type { SignOnRoles } from "@steward/sdk";
import { type Command, InvalidArgumentError } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { roleNames, roleOf } from "./role-of.ts";
import { signOnLines } from "./sign-on-show.ts";
import { connectOutside } from "./terminal/connect.ts";

interface GroupRole {
  readonly group: string;
  readonly role: string;
}

interface Options {
  readonly group?: readonly GroupRole[];
}

export function addSignOnRoles(parent: Command, cli: Cli): void {
  parent
    .command("roles")
    .description("set the roles of who comes by sign-on or SCIM, all of them; none beyond your own")
    .argument("<role>", "of who is in none of the groups: one of steward role list")
    .option(
      "--group <group=role>",
      "of who is in this group; the first that matches counts; may be repeated",
      readGroup,
    )
    .action((role: string, options: Options) => set(cli, role, options));
}

async function set(cli: Cli, named: string, { group: groups = [] }: Options): Promise<void> {
  const client = await connectOutside(cli);
  const organization = await organizationOf(cli, client);
  // Which of them may be given is the API's to say.
  const given = async (role: string): Promise<SignOnRoles["defaultRole"]> => await roleOf(client, organization, role);
  const groupRoles = await Promise.all(groups.map(async ({ group, role }) => ({ group, role: await given(role) })));
  const body = { defaultRole: await given(named), groupRoles };
  const settings = await client.setSignOnRoles({ organization, body });
  const refs = [settings.defaultRole, ...settings.groupRoles.map(({ role }) => role)];
  const roleName = await roleNames(client, organization, refs);
  show(cli, settings, () => signOnLines(settings, roleName));
}

function readGroup(text: string, all: readonly GroupRole[] | undefined): readonly GroupRole[] {
  const at = text.lastIndexOf("=");
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError("Give group=role.");
  return [...(all ?? []), { group: text.slice(0, at), role: text.slice(at + 1) }];
}
