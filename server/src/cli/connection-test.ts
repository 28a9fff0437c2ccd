import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { CliError } from "./terminal/cli-error.ts";
import { connect } from "./terminal/connect.ts";
import { EXIT } from "./terminal/exit-codes.ts";

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
      if (ok) return;
      const dead = connection.status === "reauth_required";
      const next = dead ? `steward connection consent ${slug}` : `steward connection show ${slug}`;
      throw new CliError(EXIT.refused, "test_failed", `the connection ${slug} did not pass its test`, next);
    });
}
