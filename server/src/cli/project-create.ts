import { Slug } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { CliError } from "./terminal/cli-error.ts";
import { connectOutside } from "./terminal/connect.ts";
import { EXIT } from "./terminal/exit-codes.ts";

const SLUG_CHARS_MAX = 63;

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
  if (!Slug.safeParse(slug).success) throw noSlug(slug);
  const client = await connectOutside(cli);
  const organization = await organizationOf(cli, client);
  const project = await client.createProject({ organization, body: { slug, name, timeZone, region } });
  show(cli, project, () => [`${project.slug}: made, ${project.id}`]);
  note(cli, `Next, to work in it: STEWARD_PROJECT=${slug}, or --project ${slug}`);
}

/** What people call a project is often no slug: says which one would be. */
function noSlug(given: string): CliError {
  const near = given
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, SLUG_CHARS_MAX)
    .replaceAll(/^-+|-+$/g, "");
  const message = `${given} is no slug: use 1 to ${SLUG_CHARS_MAX} of a to z, 0 to 9 and hyphens, no hyphen at either end`;
  const next =
    near === "" ? "steward project create --help" : `steward project create ${near} --name ${JSON.stringify(given)}`;
  return new CliError(EXIT.usage, "usage", message, next);
}
