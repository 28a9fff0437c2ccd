import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { findMember } from "./find-member.ts";
import { findProject } from "./find-project.ts";
import { organizationOf } from "./organization-of.ts";
import { projectFirst } from "./project-first.ts";
import { roleOf } from "./role-of.ts";
import { connectOutside } from "./terminal/connect.ts";

export function addMemberProjectRoleSet(parent: Command, cli: Cli): void {
  parent
    .command("set")
    .description("give a member another role in one project")
    .argument("<project>", "its slug or id; left out with --project")
    .argument("<member>", "an e-mail address, a service account's name, or an id")
    .argument("[role]", "one of steward role list, or none, which keeps them out")
    .action((...[first, second, third]: [string, string, string | undefined]) =>
      set(cli, ...projectFirst<[string, string]>(cli, "steward member project-role set", [first, second, third])),
    );
}

async function set(cli: Cli, projectNamed: string, memberNamed: string, named: string): Promise<void> {
  const client = await connectOutside(cli);
  const organization = await organizationOf(cli, client);
  const { id: project, slug } = await findProject(client, organization, projectNamed);
  const { id: member, email, name } = await findMember(client, organization, memberNamed);
  const role = named === "none" ? named : await roleOf(client, organization, named);
  const changed = await client.setProjectMember({ organization, project, member, body: { role } });
  show(cli, { project, ...changed }, () => [
    `${email ?? name}: ${named === "none" ? `kept out of ${slug}` : `${named} in ${slug}`}`,
  ]);
}
