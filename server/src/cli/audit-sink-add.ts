import { type Command, Option } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";
import { readSecret } from "./terminal/read-secret.ts";

interface Options {
  readonly since: "now" | "start";
  readonly secret?: boolean;
}

export function addAuditSinkAdd(parent: Command, cli: Cli): void {
  parent
    .command("sink-add")
    .description("send the audit log somewhere, as it grows")
    .argument("<address>", "tls://host:port or tcp://host:port of a syslog collector, or https://… for JSON Lines")
    .addOption(
      new Option("--since <when>", "whether it gets what is there already").choices(["now", "start"]).default("now"),
    )
    .option("--secret", "ask for a bearer token that goes along, or read it from a pipe")
    .action((address: string, options: Options) => add(cli, address, options));
}

async function add(cli: Cli, address: string, { since, secret }: Options): Promise<void> {
  const client = await connectOutside(cli);
  const kind = /^(tls|tcp):/.test(address) ? "syslog" : "http";
  const token = secret === true ? await readSecret(cli, "bearer token") : undefined;
  const organization = await organizationOf(cli, client);
  const sink = await client.createAuditSink({ organization, body: { kind, address, since, secret: token } });
  show(cli, sink, () => [`${sink.id}: the audit log is sent to ${sink.address}`]);
}
