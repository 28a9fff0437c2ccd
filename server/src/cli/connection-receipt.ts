import type { Receipt } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { stoppedLines } from "./stopped-lines.ts";
import { connect } from "./terminal/connect.ts";
import { factLines } from "./terminal/fact-lines.ts";
import { timeText } from "./terminal/words.ts";

export function addConnectionReceipt(parent: Command, cli: Cli): void {
  parent
    .command("receipt")
    .description("what was erased and stopped when a connection ended, and what the provider said")
    .argument("<receipt>", "its id, rev_…")
    .action(async (revocation: string) => {
      const receipt = await (await connect(cli)).getReceipt({ revocation });
      show(cli, receipt, () => receiptLines(receipt));
    });
}

const SAID = {
  waiting: "not confirmed yet",
  confirmed: "confirmed",
  unsupported: "it has no way to revoke: end it there yourself",
  failed: "refused, or not confirmed in seven days: end it there yourself",
} as const satisfies Record<Receipt["status"], string>;

/** A receipt in lines. */
export function receiptLines(one: Receipt): string[] {
  const { stopped } = one;
  const said = one.providerCode === null ? SAID[one.status] : `${SAID[one.status]} (${one.providerCode})`;
  return [
    `${one.id}: ${one.slug} (${one.connector}) disconnected ${timeText(one.createdAt)}`,
    ...factLines([
      ["erased here", one.erased.join(", ") || "there was nothing"],
      ["the provider", said],
      ["with it", one.revokesAll ? "all that the account gave to the OAuth client" : null],
      ["unheard by", stopped?.silent.join(", ") ?? null],
    ]),
    ...(stopped === null ? [] : stoppedLines(stopped)),
  ];
}
