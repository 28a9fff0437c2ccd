import type { ConnectionSecret } from "@steward/sdk";
import { type Command, Option } from "commander";
import { unreachable } from "../core/invariant.ts";
import type { Cli } from "./cli.ts";
import { CliError } from "./terminal/cli-error.ts";
import { EXIT } from "./terminal/exit-codes.ts";
import { readFileAt } from "./terminal/read-input.ts";
import { readSecret } from "./terminal/read-secret.ts";
import { repeated } from "./terminal/repeated.ts";

const KINDS = ["key", "password", "client", "client-key", "service-account", "certificate"] as const;

export interface SecretOptions {
  readonly by?: (typeof KINDS)[number];
  readonly user?: string;
  readonly signing?: true;
  readonly header?: string;
  readonly query?: string;
  readonly tokenUrl?: string;
  readonly scope?: readonly string[];
  readonly keyId?: string;
  readonly subject?: string;
  readonly certificate?: string;
  readonly authority?: string;
  readonly passphraseFile?: string;
}

/** How a secret is given: the secret itself is read from a pipe or asked for. */
export function addSecretOptions(command: Command, mandatory: boolean): Command {
  const by = new Option("--by <kind>", "by a secret, asked for or read from a pipe, and not by consent").choices(KINDS);
  return command
    .addOption(mandatory ? by.makeOptionMandatory() : by)
    .option("--user <name>", "the user with --by password, the client id with --by client and client-key")
    .option(
      "--signing",
      "with --by key: also the secret by which the provider signs, from a pipe as a second line", // Slack's comes with the token
    )
    .option("--header <name>", "with --by key: the header that it goes into, where that is open")
    .option("--query <name>", "with --by key: the parameter of the query that it goes into instead")
    .option("--token-url <url>", "where tokens are asked for, where the connector does not say it")
    .option("--scope <scope>", "to ask for, beside what the actions need; may be repeated", repeated)
    .option("--key-id <id>", "with --by client-key: the key's name at the provider")
    .option("--subject <account>", "with --by service-account: for whom it acts, where that was delegated to it")
    .option("--certificate <file>", "with --by certificate: the certificate in PEM, its key being the secret")
    .option("--authority <file>", "with --by certificate: who is trusted for the server's certificate instead, in PEM")
    .option("--passphrase-file <file>", "with --by certificate: a file with the passphrase of the key");
}

/** Null without `--by`. */
export async function readConnectionSecret(
  cli: Cli,
  slug: string,
  options: SecretOptions,
): Promise<ConnectionSecret | null> {
  const { by, user = "", signing, tokenUrl, scope } = options;
  if (by === undefined) return null;
  const tokens = { ...(tokenUrl !== undefined && { tokenUrl }), ...(scope !== undefined && { scopes: [...scope] }) };
  const secret = await readSecret(cli, `secret of ${slug}`);
  switch (by) {
    case "key":
      return { ...(await withSigning(cli, slug, secret, signing)), ...placeOf(options) };
    case "password":
      return { user, password: secret };
    case "client":
      return { clientId: user, clientSecret: secret, ...tokens };
    case "client-key": {
      const { keyId } = options;
      return { clientId: user, privateKey: secret, ...(keyId !== undefined && { keyId }), ...tokens };
    }
    case "service-account": {
      const { subject } = options;
      return { serviceAccount: secret, ...(subject !== undefined && { subject }), ...tokens };
    }
    case "certificate":
      return await certificateOf(cli, secret, options);
    default:
      return unreachable(by);
  }
}

function placeOf({ header, query }: SecretOptions) {
  return { ...(header !== undefined && { header }), ...(query !== undefined && { query }) };
}

async function withSigning(cli: Cli, slug: string, secret: string, signing?: true) {
  if (signing !== true) return { apiKey: secret };
  const [apiKey = "", more = ""] = secret.split(/\r?\n/, 2);
  const signingSecret = more === "" ? await readSecret(cli, `signing secret of ${slug}`) : more;
  return { apiKey, signingSecret };
}

async function certificateOf(
  cli: Cli,
  privateKey: string,
  { certificate, authority, passphraseFile }: SecretOptions,
): Promise<ConnectionSecret> {
  if (certificate === undefined)
    throw new CliError(EXIT.usage, "usage", "there is no certificate beside the key", "--certificate client.pem");
  return {
    certificate: await readFileAt(cli, certificate),
    privateKey,
    ...(authority !== undefined && { authority: await readFileAt(cli, authority) }),
    ...(passphraseFile !== undefined && { passphrase: (await readFileAt(cli, passphraseFile)).replace(/\r?\n$/, "") }),
  };
}
