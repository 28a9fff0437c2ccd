import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { findProject } from "./find-project.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";
import { timeText } from "./terminal/words.ts";

export function addProjectDelete(parent: Command, cli: Cli): void {
  parent
    .command("delete")
    .description(
      "delete a project: nothing of it runs and its keys let nobody in, until it is brought back, within 30 days",
    )
    .argument("<project>", "its slug or id")
    .action(async (named: string) => {
      const client = await connectOutside(cli);
      const organization = await organizationOf(cli, client);
      const { id: project, slug } = await findProject(client, organization, named);
      await client.deleteProject({ organization, project });
      show(cli, { project, slug, deleted: true }, () => [`${slug}: deleted; its runs stand still`]);
      const { recoverableUntil } = await findProject(client, organization, project, true);
      note(cli, `Until ${timeText(recoverableUntil)} it can be brought back: steward project restore ${slug}`);
    });
}
