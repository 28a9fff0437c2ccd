import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connectionLines } from "./connection-show.ts";
import { addSecretOptions, readConnectionSecret, type SecretOptions } from "./read-connection-secret.ts";
import { CliError } from "./terminal/cli-error.ts";
import { connect } from "./terminal/connect.ts";
import { EXIT } from "./terminal/exit-codes.ts";

export function addConnectionSecret(parent: Command, cli: Cli): void {
  const command = parent
    .command("secret")
    .description("put another secret in its place, asked for or read from a pipe; it is never shown again")
    .argument("<connection>", "its slug");
  addSecretOptions(command, true).action(async (slug: string, options: SecretOptions) => {
    const client = await connect(cli);
    const body = await readConnectionSecret(cli, slug, options);
    if (body === null) throw new CliError(EXIT.usage, "usage", "say how the secret proves it", "--by key");
    const connection = await client.putConnectionSecret({ slug, body });
    show(cli, connection, () => connectionLines(connection));
    if (connection.errorCode === "provider_unavailable")
      note(cli, `kept, but not reached; why, says: steward connection test ${slug}`);
  });
}
