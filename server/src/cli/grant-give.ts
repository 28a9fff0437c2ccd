import { RawBody } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { FORM, readForm } from "./read-form.ts";
import { CliError } from "./terminal/cli-error.ts";
import { connect } from "./terminal/connect.ts";
import { EXIT } from "./terminal/exit-codes.ts";
import { repeated } from "./terminal/repeated.ts";

interface Options {
  readonly to?: string;
  readonly connection?: string;
  readonly credential?: string;
  readonly action?: readonly string[];
}

const EXAMPLE = '{"to": "flow:refund", "connection": "mail", "lines": [{"actions": ["gmail.send"]}]}';

export function addGrantGive(parent: Command, cli: Cli): void {
  parent
    .command("give")
    .description("let a flow, an agent or a member do something with a connection (docs/grants.md)")
    .argument("[form]", `the grant: ${FORM}; without it by --to, --connection and --action`)
    .option("--to <principal>", "who may: flow:<slug>, project, agent:<slug> or member:<account id>")
    .option("--connection <connection>", "with which connection")
    .option("--credential <credential>", "or with which credential of the http step")
    .option("--action <action>", "what, such as gmail.send, without conditions; may be repeated", repeated)
    .action((given: string | undefined, options: Options) => give(cli, given, options));
}

async function give(cli: Cli, given: string | undefined, options: Options): Promise<void> {
  const body = await bodyOf(cli, given, options);
  const grant = await (await connect(cli)).giveGrant({ body });
  show(cli, grant, () => [grant.id, ...grant.sentences]);
  note(cli, `Next, to take it back: steward grant revoke ${grant.id}`);
}

async function bodyOf(cli: Cli, given: string | undefined, options: Options): Promise<RawBody> {
  const { to, connection, credential, action } = options;
  if (given !== undefined) {
    if (Object.keys(options).length > 0) throw unclear("a form and flags were both given: say it in one of them");
    return await readForm(cli, given, "steward grant give", undefined, EXAMPLE);
  }
  if (to === undefined || action === undefined || (connection === undefined && credential === undefined))
    throw unclear("who may do what with which connection is not said");
  const form = { to, connection, credential, lines: [{ actions: action }] };
  return new RawBody(JSON.stringify(form), "application/json");
}

function unclear(message: string): CliError {
  const flags = "steward grant give --to flow:refund --connection mail --action gmail.send";
  return new CliError(EXIT.usage, "usage", message, `${flags}, or as a form: '${EXAMPLE}'`);
}
