import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connect, connectOutside } from "./terminal/connect.ts";

export function addBudgetEnd(parent: Command, cli: Cli): void {
  parent
    .command("end")
    .description("end a budget: what it kept from passing may pass")
    .argument("<budget>", "its id")
    .option("--everywhere", "one of the organization")
    .action((budget: string, options: { readonly everywhere?: true }) => end(cli, budget, options.everywhere === true));
}

async function end(cli: Cli, budget: string, everywhere: boolean): Promise<void> {
  const client = everywhere ? await connectOutside(cli) : await connect(cli);
  if (everywhere) await client.endOrganizationBudget({ organization: await organizationOf(cli, client), budget });
  else await client.endBudget({ budget });
  show(cli, { budget, ended: true }, () => [`${budget}: ended`]);
}
