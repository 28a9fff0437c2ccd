import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connect, connectOutside } from "./terminal/connect.ts";

export function addLimitEnd(parent: Command, cli: Cli): void {
  parent
    .command("end")
    .description("end a limit: what it kept from passing may pass")
    .argument("<limit>", "its id")
    .option("--everywhere", "one of the organization")
    .action((limit: string, options: { readonly everywhere?: true }) => end(cli, limit, options.everywhere === true));
}

async function end(cli: Cli, limit: string, everywhere: boolean): Promise<void> {
  const client = everywhere ? await connectOutside(cli) : await connect(cli);
  if (everywhere) await client.endOrganizationLimit({ organization: await organizationOf(cli, client), id: limit });
  else await client.endLimit({ id: limit });
  show(cli, { limit, ended: true }, () => [`${limit}: ended`]);
}
