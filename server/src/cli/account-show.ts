import type { Account } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connectOutside } from "./terminal/connect.ts";
import { factLines } from "./terminal/fact-lines.ts";
import { timeText } from "./terminal/words.ts";

export function addAccountShow(parent: Command, cli: Cli): void {
  parent
    .command("show")
    .description("your own account")
    .action(async () => {
      const account = await (await connectOutside(cli)).getAccount();
      show(cli, account, () => accountLines(account));
    });
}

/** An account as its person reads it. */
export function accountLines(one: Account): readonly string[] {
  return factLines([
    ["e-mail", one.emailVerified ? one.email : `${one.email}, not verified`],
    ["name", one.name],
    ["id", one.id],
    ["second factor", one.secondFactor ? "set" : "none"],
    ["operator", one.operator ? "of this installation" : null],
    ["since", timeText(one.createdAt)],
    ["deleted", timeText(one.deletedAt)],
  ]);
}
