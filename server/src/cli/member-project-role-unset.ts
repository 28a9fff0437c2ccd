import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { findMember } from "./find-member.ts";
import { findProject } from "./find-project.ts";
import { organizationOf } from "./organization-of.ts";
import { projectFirst } from "./project-first.ts";
import { connectOutside } from "./terminal/connect.ts";

export function addMemberProjectRoleUnset(parent: Command, cli: Cli): void {
  parent
    .command("unset")
    .description("let a member's role in the organization count in the project again")
    .argument("<project>", "its slug or id; left out with --project")
    .argument("[member]", "an e-mail address, a service account's name, or an id")
    .action(async (first: string, second: string | undefined) => {
      const command = "steward member project-role unset";
      const [projectNamed, memberNamed] = projectFirst<[string]>(cli, command, [first, second]);
      const client = await connectOutside(cli);
      const organization = await organizationOf(cli, client);
      const { id: project, slug } = await findProject(client, organization, projectNamed);
      const { id: member, email, name, role } = await findMember(client, organization, memberNamed);
      await client.unsetProjectMember({ organization, project, member });
      show(cli, { project, member, role }, () => [`${email ?? name}: in ${slug} as in the organization again`]);
    });
}
