import type { PutCredential } from "@steward/sdk";
import { type Command, Option } from "commander";
import { type Cli, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { readSecret } from "./terminal/read-secret.ts";

const KINDS = ["bearer", "basic", "header", "secret"] as const;

interface Options {
  readonly kind: PutCredential["kind"];
  readonly host: string[];
  readonly flow: string[];
  readonly user?: string;
  readonly header?: string;
}

export function addCredentialSet(parent: Command, cli: Cli): void {
  parent
    .command("set")
    .description("store a secret, asked for or read from a pipe; it is never shown again")
    .argument("<credential>", "its slug, as steps and triggers name it")
    .addOption(
      new Option("--kind <kind>", "how it signs a request; secret is for signatures of webhooks")
        .choices(KINDS)
        .makeOptionMandatory(),
    )
    .option(
      "--host <host>",
      "a host it may be sent to: api.example.com, *.example.com or an address, without scheme or port; may be repeated",
      (host: string, all: string[]) => [...all, host],
      [],
    )
    .option(
      "--flow <flow>",
      "a flow that may use it, in place of every flow; may be repeated",
      (flow: string, all: string[]) => [...all, flow],
      [],
    )
    .option("--user <name>", "the user name, for basic")
    .option("--header <name>", "the header, for header")
    .action((slug: string, options: Options) => set(cli, slug, options));
}

async function set(cli: Cli, slug: string, { kind, host, flow, user, header }: Options): Promise<void> {
  const client = await connect(cli);
  const secret = await readSecret(cli, `secret of ${slug}`);
  const credential = await client.putCredential({
    slug,
    body: { kind, secret, hosts: host, flows: flow, user, header },
  });
  const where = credential.hosts.length === 0 ? "" : ` for ${credential.hosts.join(", ")}`;
  show(cli, credential, () => [`${slug}: ${kind} credential stored${where}`]);
}
