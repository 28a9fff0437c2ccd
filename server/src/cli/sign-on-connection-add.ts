import type { CallArgs } from "@steward/sdk";
import { Argument, type Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connectionLines } from "./sign-on-connection-show.ts";
import { CliError } from "./terminal/cli-error.ts";
import { connectOutside } from "./terminal/connect.ts";
import { EXIT } from "./terminal/exit-codes.ts";
import { readFileAt } from "./terminal/read-input.ts";
import { readSecret } from "./terminal/read-secret.ts";
import { repeated } from "./terminal/repeated.ts";

type NewConnection = CallArgs<"createSignOnConnection">["body"];

export interface ConnectionOptions {
  readonly issuer?: string;
  readonly clientId?: string;
  readonly signOnUrl?: string;
  readonly certificate?: readonly string[];
  readonly emailAttribute?: string;
  readonly nameAttribute?: string;
  readonly groupsAttribute?: string;
  readonly trustSecondFactor?: boolean;
}

/** What is said of a provider, new or changed. */
export function addConnectionOptions(command: Command): Command {
  return command
    .option("--issuer <issuer>", "the provider's address, of SAML its entity id")
    .option("--client-id <id>", "what the provider calls us (OIDC)")
    .option("--sign-on-url <url>", "where people are sent (SAML)")
    .option("--certificate <file>", "what the provider signs with, PEM; may be repeated (SAML)", repeated)
    .option("--email-attribute <name>", "where the mail address stands; by default email")
    .option("--name-attribute <name>", "where the person's name stands; by default name")
    .option("--groups-attribute <name>", "where the person's groups stand; by default none are read")
    .option("--trust-second-factor", "a sign-on counts as two factors")
    .option("--no-trust-second-factor", "a sign-on counts as one factor");
}

export function addSignOnConnectionAdd(parent: Command, cli: Cli): void {
  const command = parent
    .command("connection-add")
    .description("add a provider; the secret of an OIDC client is asked for or read from a pipe")
    .addArgument(new Argument("<kind>", "how it speaks").choices(["oidc", "saml"]))
    .argument("<name>", "what it is called");
  addConnectionOptions(command).action((kind: "oidc" | "saml", name: string, options: ConnectionOptions) =>
    add(cli, kind, name, options),
  );
}

async function add(cli: Cli, kind: "oidc" | "saml", name: string, options: ConnectionOptions): Promise<void> {
  const body = kind === "oidc" ? await newOidc(cli, name, options) : await newSaml(cli, name, options);
  const client = await connectOutside(cli);
  const made = await client.createSignOnConnection({ organization: await organizationOf(cli, client), body });
  show(cli, made, () => connectionLines(made));
  note(cli, "Next: steward sign-on domain-add <domain>, so that its addresses are led there");
}

async function newOidc(cli: Cli, name: string, options: ConnectionOptions): Promise<NewConnection> {
  const { issuer, clientId } = options;
  if (issuer === undefined || clientId === undefined) throw missing("oidc", "--issuer and --client-id");
  const clientSecret = await readSecret(cli, "client secret");
  return { kind: "oidc", name, issuer, clientId, clientSecret, ...attributesOf(options) };
}

async function newSaml(cli: Cli, name: string, options: ConnectionOptions): Promise<NewConnection> {
  const { issuer, signOnUrl, certificate } = options;
  if (issuer === undefined || signOnUrl === undefined || certificate === undefined)
    throw missing("saml", "--issuer, --sign-on-url and --certificate");
  const certificates = await readCertificates(cli, certificate);
  return { kind: "saml", name, issuer, signOnUrl, certificates, ...attributesOf(options) };
}

export async function readCertificates(cli: Cli, files: readonly string[]): Promise<string[]> {
  return await Promise.all(files.map((file) => readFileAt(cli, file)));
}

/** Of both kinds; what was not said stays out. */
export function attributesOf(options: ConnectionOptions): {
  emailAttribute: string | undefined;
  nameAttribute: string | undefined;
  groupsAttribute: string | undefined;
  trustsSecondFactor: boolean | undefined;
} {
  const { emailAttribute, nameAttribute, groupsAttribute, trustSecondFactor: trustsSecondFactor } = options;
  return { emailAttribute, nameAttribute, groupsAttribute, trustsSecondFactor };
}

function missing(kind: string, what: string): CliError {
  return new CliError(EXIT.usage, "usage", `${kind} needs ${what}`, "steward sign-on connection-add --help");
}
