import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { FORM, readForm } from "./read-form.ts";
import { connect, connectOutside } from "./terminal/connect.ts";

export function addLimitSet(parent: Command, cli: Cli): void {
  parent
    .command("set")
    .description("bind every grant, whoever gave it (docs/grants.md)")
    .argument("<form>", `the limit: ${FORM}`)
    .option("--everywhere", "for the organization: in every project")
    .action((given: string, options: { readonly everywhere?: true }) => set(cli, given, options.everywhere === true));
}

async function set(cli: Cli, given: string, everywhere: boolean): Promise<void> {
  const body = await readForm(cli, given, "steward limit set");
  const client = everywhere ? await connectOutside(cli) : await connect(cli);
  const limit = everywhere
    ? await client.setOrganizationLimit({ organization: await organizationOf(cli, client), body })
    : await client.setLimit({ body });
  show(cli, limit, () => [limit.id, ...limit.sentences]);
  note(cli, `Next, to end it: steward limit end ${limit.id}${everywhere ? " --everywhere" : ""}`);
}
