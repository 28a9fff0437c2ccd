import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { findProject } from "./find-project.ts";
import { organizationOf } from "./organization-of.ts";
import { confirm } from "./terminal/confirm.ts";
import { connectOutside } from "./terminal/connect.ts";

export function addProjectShred(parent: Command, cli: Cli): void {
  parent
    .command("shred")
    .description("destroy a deleted project's keys, for good: nothing of it can be read again, in no backup either")
    .argument("<project>", "its slug or id")
    .option("--yes <slug>", "its slug once more, where nobody can be asked")
    .action((named: string, { yes }: { readonly yes?: string }) => shred(cli, named, yes));
}

async function shred(cli: Cli, named: string, given: string | undefined): Promise<void> {
  const client = await connectOutside(cli);
  const organization = await organizationOf(cli, client);
  const { id: project, slug } = await findProject(client, organization, named, true);
  const what = `all that the project ${slug} holds becomes unreadable, in every backup too`;
  await confirm(cli, { what, name: slug, given, command: `steward project shred ${named}` });
  const shredded = await client.shredProject({ organization, project, body: { slug } });
  show(cli, shredded, () => [`${slug}: its keys are destroyed; unreadable from now on: ${shredded.gone.join(", ")}`]);
}
