import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";

export function addVariableDelete(parent: Command, cli: Cli): void {
  parent
    .command("delete")
    .description("erase a variable")
    .argument("<variable>", "its name")
    .action(async (name: string) => {
      await (await connect(cli)).deleteVariable({ name });
      show(cli, { name, deleted: true }, () => [`${name}: variable erased`]);
    });
}
