import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";

interface Options {
  readonly name?: string;
  readonly timeZone?: string;
  readonly region?: string;
}

export function addProjectCreate(parent: Command, cli: Cli): void {
  parent
    .command("create")
    .description("make a project with keys, database and volume of its own")
    .argument("<slug>", "a short name for addresses and commands: a to z, digits, hyphens")
    .option("--name <name>", "what people call it; by default the slug")
    .option("--time-zone <zone>", "of its schedules: Europe/Berlin; by default UTC")
    .option("--region <region>", "where its data stays; by default where the organization's does")
    .action((slug: string, options: Options) => create(cli, slug, options));
}

async function create(cli: Cli, slug: string, { name = slug, timeZone, region }: Options): Promise<void> {
  const client = await connectOutside(cli);
  const organization = await organizationOf(cli, client);
  const project = await client.createProject({ organization, body: { slug, name, timeZone, region } });
  show(cli, project, () => [`${project.slug}: made, ${project.id}`]);
  note(cli, `Next, to work in it: STEWARD_PROJECT=${slug}, or --project ${slug}`);
}
