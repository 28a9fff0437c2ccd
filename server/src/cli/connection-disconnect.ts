import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { receiptLines } from "./connection-receipt.ts";
import { confirm } from "./terminal/confirm.ts";
import { connect } from "./terminal/connect.ts";

export function addConnectionDisconnect(parent: Command, cli: Cli): void {
  parent
    .command("disconnect")
    .description(
      "erase it here at once, with the grants on it, and have it revoked at the provider; prints the receipt",
    )
    .argument("<connection>", "its slug")
    .option("--yes <slug>", "its slug once more, where nobody can be asked")
    .action(async (slug: string, { yes: given }: { readonly yes?: string }) => {
      const client = await connect(cli);
      const { endsWith } = await client.getConnection({ slug });
      const others = endsWith.length === 0 ? "" : `; the provider ends ${endsWith.join(", ")} with it`;
      const what = `what uses ${slug} stops at once, and grants on it end${others}`;
      await confirm(cli, { what, name: slug, given, command: `steward connection disconnect ${slug}` });
      const receipt = await client.disconnect({ slug });
      show(cli, receipt, () => receiptLines(receipt));
    });
}
