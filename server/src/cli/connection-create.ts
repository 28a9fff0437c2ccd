import type { Client, ConnectionAuthentication, NewConnection } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { consentLines } from "./consent-lines.ts";
import { addSecretOptions, readConnectionSecret, type SecretOptions } from "./read-connection-secret.ts";
import { CliError } from "./terminal/cli-error.ts";
import { connect } from "./terminal/connect.ts";
import { EXIT } from "./terminal/exit-codes.ts";
import { repeated } from "./terminal/repeated.ts";

interface Options extends SecretOptions {
  readonly own?: true;
  readonly flow?: string;
  readonly for?: readonly string[];
  readonly address?: string;
  readonly device?: true;
}

export function addConnectionCreate(parent: Command, cli: Cli): void {
  const command = parent
    .command("create")
    .description("connect an account: by consent at the provider, or by a secret with --by")
    .argument("<connector>", "what to connect, such as gmail: see steward connector list")
    .argument("<slug>", "what steps and grants call it")
    .option(
      "--for <action>",
      "an action or trigger that it is for, such as gmail.send: no more than it needs is asked for; may be repeated",
      repeated,
    )
    .option("--own", "mine alone, for flows that run as who started them")
    .option("--flow <flow>", "the only flow that may use it")
    .option("--address <url>", "of a service or database that the project brings")
    .option("--device", "by a code that is entered on another device");
  addSecretOptions(command, false).action((connector: string, slug: string, options: Options) =>
    create(cli, connector, slug, options),
  );
}

async function create(cli: Cli, connector: string, slug: string, options: Options): Promise<void> {
  const client = await connect(cli);
  if (options.by === undefined) await requireWay(client, connector, slug, options);
  const secret = await readConnectionSecret(cli, slug, options);
  const body: NewConnection = {
    connector,
    slug,
    owner: options.own === true ? "me" : "project",
    actions: [...(options.for ?? [])],
    device: options.device === true,
    ...(options.flow !== undefined && { flow: options.flow }),
    ...(options.address !== undefined && { address: options.address }),
    ...(secret !== null && { secret }),
  };
  const consent = await client.createConnection({ body });
  show(cli, consent, () => consentLines(cli, consent));
}

/** How a secret is given where there is no consent. */
const BY: Readonly<Partial<Record<ConnectionAuthentication, string>>> = {
  api_key: "--by key",
  basic: "--by password --user <name>",
  client_credentials: "--by client --user <client id>",
  service_account: "--by service-account",
  certificate: "--by certificate --certificate <file>",
};

/** Ends where a secret or what consent is for is missing, with the command that has it. */
async function requireWay(client: Client, connector: string, slug: string, options: Options): Promise<void> {
  const { title, authentication, actions, triggers } = await client.getConnector({ connector });
  const consents = authentication.includes("oauth2") || (options.device === true && authentication.includes("device"));
  const offered = [...actions, ...triggers][0]?.id;
  const again = `steward connection create ${connector} ${slug}`;
  if (consents && options.for === undefined && offered !== undefined) {
    const message = `what ${slug} is for is not said, and ${title} is asked for no more than that needs`;
    throw new CliError(
      EXIT.usage,
      "usage",
      message,
      `${again} --for ${offered}: see steward connector show ${connector}`,
    );
  }
  if (consents || authentication.includes("none")) return;
  const ways = authentication.flatMap((way) => BY[way] ?? []);
  const message = `${title} is connected by a secret, asked for or read from a pipe`;
  throw new CliError(EXIT.usage, "usage", message, `${again} ${ways.join(", or ")}`);
}
