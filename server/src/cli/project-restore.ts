import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { findProject } from "./find-project.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";

export function addProjectRestore(parent: Command, cli: Cli): void {
  parent
    .command("restore")
    .description("bring a deleted project back; its runs go on where they stood, its keys work again")
    .argument("<project>", "its slug or id")
    .action(async (named: string) => {
      const client = await connectOutside(cli);
      const organization = await organizationOf(cli, client);
      const { id: project } = await findProject(client, organization, named, true);
      const restored = await client.restoreProject({ organization, project });
      show(cli, restored, () => [`${restored.slug}: back`]);
    });
}
