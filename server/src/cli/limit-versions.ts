import { listAll } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connect, connectOutside } from "./terminal/connect.ts";
import { versionLines } from "./version-lines.ts";

export function addLimitVersions(parent: Command, cli: Cli): void {
  parent
    .command("versions")
    .description("what a limit was that binds the project, newest first, and what each version changed")
    .argument("<limit>", "its id")
    .option("--everywhere", "one of the organization, without a project")
    .action((limit: string, options: { readonly everywhere?: true }) => list(cli, limit, options.everywhere === true));
}

async function list(cli: Cli, id: string, everywhere: boolean): Promise<void> {
  const client = everywhere ? await connectOutside(cli) : await connect(cli);
  const organization = everywhere ? await organizationOf(cli, client) : "";
  const { listLimitVersions } = client;
  const { listOrganizationLimitVersions } = client;
  const pages = everywhere
    ? listAll(listOrganizationLimitVersions, { organization, id, limit: 100 })
    : listAll(listLimitVersions, { id, limit: 100 });
  const items = await Array.fromAsync(pages);
  show(cli, { items }, () => versionLines(items));
}
