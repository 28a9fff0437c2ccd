import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connect, connectOutside } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";

export function addLimitList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("limits that bind the project, its organization's first")
    .option("--everywhere", "only those of the organization, which bind every project")
    .action((options: { readonly everywhere?: true }) => list(cli, options.everywhere === true));
}

async function list(cli: Cli, everywhere: boolean): Promise<void> {
  const { items } = everywhere ? await ofOrganization(cli) : await (await connect(cli)).listLimits();
  show(cli, { items }, () => {
    const titles = [{ title: "LIMIT" }, { title: "BINDS" }, { title: "WHAT" }];
    const rows = items.flatMap(({ id, project, sentences }) =>
      sentences.map((sentence, line) => [
        line === 0 ? id : "",
        line > 0 ? "" : project === null ? "every project" : "the project",
        sentence,
      ]),
    );
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0) note(cli, "no limits. Next: steward limit set @limit.json");
}

async function ofOrganization(cli: Cli) {
  const client = await connectOutside(cli);
  return await client.listOrganizationLimits({ organization: await organizationOf(cli, client) });
}
