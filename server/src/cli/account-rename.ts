import type { Command } from "commander";
import { accountLines } from "./account-show.ts";
import { type Cli, show } from "./cli.ts";
import { connectOutside } from "./terminal/connect.ts";

export function addAccountRename(parent: Command, cli: Cli): void {
  parent
    .command("rename")
    .description("change your own name")
    .argument("<name>", "what others see")
    .action(async (name: string) => {
      const account = await (await connectOutside(cli)).changeAccount({ body: { name } });
      show(cli, account, () => accountLines(account));
    });
}
