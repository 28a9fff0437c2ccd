import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";

export function addConnectorDelete(parent: Command, cli: Cli): void {
  parent
    .command("delete")
    .description("erase a connector made of an OpenAPI document, once nothing is connected with it")
    .argument("<connector>", "its id")
    .action(async (connector: string) => {
      await (await connect(cli)).deleteImportedConnector({ connector });
      show(cli, { connector, deleted: true }, () => [`${connector}: connector erased`]);
    });
}
