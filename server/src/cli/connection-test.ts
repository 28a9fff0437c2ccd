import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";

export function addConnectionTest(parent: Command, cli: Cli): void {
  parent
    .command("test")
    .description("ask the provider whose account it is, and nothing else")
    .argument("<connection>", "its slug")
    .action(async (slug: string) => {
      const { ok, code, message, connection } = await (await connect(cli)).testConnection({ slug });
      show(cli, { ok, code, message, connection }, () => [
        ok ? `${slug}: ${connection.account ?? "it works"}` : `${slug}: ${message ?? code ?? connection.status}`,
      ]);
      if (connection.status === "reauth_required") note(cli, `to connect it again: steward connection consent ${slug}`);
    });
}
