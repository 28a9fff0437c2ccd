import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { readSecret } from "./terminal/read-secret.ts";

export function addOAuthClientSet(parent: Command, cli: Cli): void {
  parent
    .command("set")
    .description("bring your own OAuth client; its secret is asked for or read from a pipe, and never shown again")
    .argument("<connector>", "such as gmail; `steward connector show` has the steps at the provider")
    .argument("<client id>", "as the provider gives it")
    .option("--public", "it has no secret")
    .option("--signing", "also the secret by which the provider signs what it sends here; from a pipe as a second line")
    .action(
      async (connector: string, clientId: string, options: { readonly public?: true; readonly signing?: true }) => {
        const client = await connect(cli);
        const secret = options.public === true ? {} : await readSecrets(cli, clientId, options.signing === true);
        const set = await client.putOAuthClient({ connector, body: { clientId, ...secret } });
        show(cli, set, () => [`${connector}: the project's own client is ${set.clientId}`]);
        note(cli, `the provider must send people back to ${set.redirectUrl}`);
      },
    );
}

async function readSecrets(cli: Cli, clientId: string, signing: boolean) {
  const given = await readSecret(cli, `secret of ${clientId}`);
  if (!signing) return { clientSecret: given };
  const [clientSecret = "", more = ""] = given.split(/\r?\n/, 2);
  return {
    clientSecret,
    signingSecret: more === "" ? await readSecret(cli, `signing secret of ${clientId}`) : more,
  };
}
