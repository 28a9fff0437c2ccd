import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { pickOne } from "./pick-one.ts";
import { FORM, readForm } from "./read-form.ts";
import { connect, connectOutside } from "./terminal/connect.ts";

export function addLimitChange(parent: Command, cli: Cli): void {
  parent
    .command("change")
    .description("give a limit another form, whole")
    .argument("<limit>", "its id")
    .argument("<form>", `the limit as it shall be: ${FORM}`)
    .option("--everywhere", "one of the organization")
    .action((named: string, given: string, options: { readonly everywhere?: true }) =>
      change(cli, named, given, options.everywhere === true),
    );
}

async function change(cli: Cli, limit: string, given: string, everywhere: boolean): Promise<void> {
  const client = everywhere ? await connectOutside(cli) : await connect(cli);
  const organization = everywhere ? await organizationOf(cli, client) : "";
  const { items } = everywhere ? await client.listOrganizationLimits({ organization }) : await client.listLimits();
  const found = items.filter(({ id }) => id === limit);
  const { version } = pickOne(found, "limit", limit, "steward limit list", ({ sentences }) => sentences.join(" "));
  const body = await readForm(cli, given, `steward limit change ${limit}`, version);
  const changed = everywhere
    ? await client.changeOrganizationLimit({ organization, id: limit, body })
    : await client.changeLimit({ id: limit, body });
  show(cli, changed, () => [`${changed.id}: version ${changed.version}`, ...changed.sentences]);
}
