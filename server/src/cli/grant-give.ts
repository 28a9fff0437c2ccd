import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { FORM, readForm } from "./read-form.ts";
import { connect } from "./terminal/connect.ts";

export function addGrantGive(parent: Command, cli: Cli): void {
  parent
    .command("give")
    .description("let a flow, an agent or a member do something with a connection (docs/grants.md)")
    .argument("<form>", `the grant: ${FORM}`)
    .action((given: string) => give(cli, given));
}

async function give(cli: Cli, given: string): Promise<void> {
  const body = await readForm(cli, given, "steward grant give");
  const grant = await (await connect(cli)).giveGrant({ body });
  show(cli, grant, () => [grant.id, ...grant.sentences]);
  note(cli, `Next, to take it back: steward grant revoke ${grant.id}`);
}
