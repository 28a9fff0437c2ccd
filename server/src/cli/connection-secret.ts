import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { readConnectionSecret, secretOption, type SecretOptions } from "./connection-create.ts";
import { connectionLines } from "./connection-show.ts";
import { CliError } from "./terminal/cli-error.ts";
import { connect } from "./terminal/connect.ts";
import { EXIT } from "./terminal/exit-codes.ts";

export function addConnectionSecret(parent: Command, cli: Cli): void {
  parent
    .command("secret")
    .description("put another secret in its place, asked for or read from a pipe; it is never shown again")
    .argument("<connection>", "its slug")
    .addOption(secretOption().makeOptionMandatory())
    .option("--user <name>", "the user with --by password, the client id with --by client")
    .action(async (slug: string, options: SecretOptions) => {
      const client = await connect(cli);
      const body = await readConnectionSecret(cli, slug, options);
      if (body === null) throw new CliError(EXIT.usage, "usage", "say how the secret proves it", "--by key");
      const connection = await client.putConnectionSecret({ slug, body });
      show(cli, connection, () => connectionLines(connection));
    });
}
