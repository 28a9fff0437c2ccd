import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { findProject } from "./find-project.ts";
import { organizationOf } from "./organization-of.ts";
import { projectLines } from "./project-show.ts";
import { connectOutside } from "./terminal/connect.ts";
import { demandChange } from "./terminal/demand-change.ts";

interface Options {
  readonly name?: string;
  readonly timeZone?: string;
  readonly region?: string | false;
}

export function addProjectChange(parent: Command, cli: Cli): void {
  parent
    .command("change")
    .description("change a project's name, time zone or region")
    .argument("<project>", "its slug or id")
    .option("--name <name>", "what people call it from now on")
    .option("--time-zone <zone>", "of its schedules from now on: Europe/Berlin")
    .option("--region <region>", "where its data and runs stay")
    .option("--no-region", "they stay where the organization's do")
    .action((named: string, options: Options) => change(cli, named, options));
}

async function change(cli: Cli, named: string, { name, timeZone, region: label }: Options): Promise<void> {
  const region = label === false ? null : label;
  demandChange("steward project change", { name, timeZone, region });
  const client = await connectOutside(cli);
  const organization = await organizationOf(cli, client);
  const { id: project } = await findProject(client, organization, named);
  const changed = await client.changeProject({ organization, project, body: { name, timeZone, region } });
  show(cli, changed, () => projectLines(changed));
}
