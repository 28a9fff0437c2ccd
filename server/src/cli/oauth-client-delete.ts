import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";

export function addOAuthClientDelete(parent: Command, cli: Cli): void {
  parent
    .command("delete")
    .description("erase the project's own OAuth client; not while connections stand that were made with it")
    .argument("<connector>", "such as gmail")
    .action(async (connector: string) => {
      await (await connect(cli)).deleteOAuthClient({ connector });
      show(cli, { connector, deleted: true }, () => [`${connector}: the project's own client is erased`]);
    });
}
