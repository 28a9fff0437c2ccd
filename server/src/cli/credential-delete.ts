import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";

export function addCredentialDelete(parent: Command, cli: Cli): void {
  parent
    .command("delete")
    .description("erase a credential for good; steps that name it fail")
    .argument("<credential>", "its slug")
    .action(async (slug: string) => {
      await (await connect(cli)).deleteCredential({ slug });
      show(cli, { slug, deleted: true }, () => [`${slug}: credential erased`]);
    });
}
