import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { FORM, readForm } from "./read-form.ts";
import { connect } from "./terminal/connect.ts";

export function addGrantChange(parent: Command, cli: Cli): void {
  parent
    .command("change")
    .description("give a grant another form, whole")
    .argument("<grant>", "its id")
    .argument("<form>", `the grant as it shall be: ${FORM}`)
    .action(async (named: string, given: string) => {
      const client = await connect(cli);
      const { version } = await client.getGrant({ grant: named });
      const body = await readForm(cli, given, `steward grant change ${named}`, version);
      const grant = await client.changeGrant({ grant: named, body });
      show(cli, grant, () => [`${grant.id}: version ${grant.version}`, ...grant.sentences]);
    });
}
