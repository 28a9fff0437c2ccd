import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import {
  addConnectionOptions,
  attributesOf,
  type ConnectionOptions,
  readCertificates,
} from "./sign-on-connection-add.ts";
import { connectionLines, findConnection } from "./sign-on-connection-show.ts";
import { connectOutside } from "./terminal/connect.ts";
import { demandChange } from "./terminal/demand-change.ts";
import { readSecret } from "./terminal/read-secret.ts";

interface Options extends ConnectionOptions {
  readonly name?: string;
  readonly enable?: boolean;
  readonly disable?: boolean;
  readonly secret?: boolean;
}

export function addSignOnConnectionChange(parent: Command, cli: Cli): void {
  const command = parent
    .command("connection-change")
    .description("change a provider; what is not said stays")
    .argument("<connection>", "its name or id")
    .option("--name <name>", "what it is called from now on")
    .option("--enable", "it signs people on")
    .option("--disable", "it signs nobody on")
    .option("--secret", "ask for the client secret, or read it from a pipe (OIDC)");
  addConnectionOptions(command).action((named: string, options: Options) => change(cli, named, options));
}

async function change(cli: Cli, named: string, options: Options): Promise<void> {
  const { name, enable, disable, secret, issuer, clientId, signOnUrl, certificate } = options;
  const enabled = enable === true ? true : disable === true ? false : undefined;
  const plain = { name, enabled, issuer, clientId, signOnUrl, ...attributesOf(options) };
  demandChange("steward sign-on connection-change", { ...plain, secret, certificate });
  const clientSecret = secret === true ? await readSecret(cli, "client secret") : undefined;
  const certificates = certificate === undefined ? undefined : await readCertificates(cli, certificate);
  const client = await connectOutside(cli);
  const organization = await organizationOf(cli, client);
  const { id: connection } = await findConnection(client, organization, named);
  const body = { ...plain, clientSecret, certificates };
  const changed = await client.changeSignOnConnection({ organization, connection, body });
  show(cli, changed, () => connectionLines(changed));
}
