import type { Command } from "commander";
import { accountLines } from "./account-show.ts";
import { asPerson } from "./as-person.ts";
import { type Cli, show } from "./cli.ts";
import { findAddress } from "./terminal/connect.ts";

export function addAccountRestore(parent: Command, cli: Cli): void {
  parent
    .command("restore")
    .description("bring your deleted account back, within 30 days; the password is asked for")
    .requiredOption("--email <address>", "its mail address")
    .action(async ({ email }: { readonly email: string }) => {
      const account = await asPerson(cli, await findAddress(cli), email, async (session) =>
        session.client().restoreAccount(),
      );
      show(cli, account, () => accountLines(account));
    });
}
