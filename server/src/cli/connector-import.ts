import type { ConnectorDetails, ImportedDetails } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { fileBody } from "./file-body.ts";
import { connect } from "./terminal/connect.ts";
import { withProgress } from "./terminal/with-progress.ts";
import { countText } from "./terminal/words.ts";

interface Options {
  readonly server?: string;
  readonly variables?: string;
  readonly paths?: string;
  readonly authentication?: string;
  readonly destination?: string;
}

/** How the connection's secret is then given; by consent, what it is for is. */
const BY: Readonly<Partial<Record<ConnectorDetails["authentication"][number], string>>> = {
  oauth2: " --for <action>",
  api_key: " --by key",
  basic: " --by password --user <name>",
  client_credentials: " --by client --user <client id>",
};

/** Of what became no action; the rest is in `connector imported`. */
const SHOWN = 20;

export function addConnectorImport(parent: Command, cli: Cli): void {
  parent
    .command("import")
    .description("make a connector of an OpenAPI document (3.0 or 3.1, JSON or YAML), or make it anew")
    .argument("<connector>", "the id by which its actions are named: shop as in shop.createOrder")
    .argument("<file>", "the document: a file of this machine, - for standard input, or its address, https://…")
    .option("--server <server>", "the address its calls go to, or the number of one of the document's servers, from 0")
    .option("--variables <json>", 'values of the server\'s variables: {"region": "eu"}')
    .option("--paths <paths>", "only operations whose path begins so, with commas: /orders,/customers")
    .option("--authentication <way>", "in place of what the document says: bearer, basic, none, or a header's name")
    .option("--destination <json>", 'fields that say where something goes: {"createMessage": ["body.to"]}')
    .action((connector: string, file: string, options: Options) => importFrom(cli, connector, file, options));
}

async function importFrom(cli: Cli, connector: string, file: string, options: Options): Promise<void> {
  const client = await connect(cli);
  const address = /^https?:\/\//.test(file) ? file : undefined;
  const body = address === undefined ? await fileBody(cli, file) : "";
  const { server, variables, paths, authentication, destination } = options;
  const query = { address, server, variables, paths, authentication, destination };
  const made = await withProgress(cli.terminal, "importing", () =>
    client.importConnector({ connector, body, ...query }),
  );
  show(cli, made, () => [...leftLines(made, SHOWN), summaryLine(made)]);
  const [way] = (await client.getConnector({ connector })).authentication;
  const by = way === undefined ? undefined : BY[way];
  const next = `steward connection create ${connector} my-${connector.replaceAll("_", "-")}${by ?? ""}`;
  note(cli, `Next: ${next}, or see it with steward connector imported ${connector}`);
}

export function summaryLine({ connector, title, base, version, operations }: ImportedDetails): string {
  return `${connector}: ${title} at ${base}, ${countText(operations, "action")}, import ${version}`;
}

/** What became no action, and why. */
export function leftLines({ left, refused }: ImportedDetails, max: number): string[] {
  if (refused === 0) return [];
  const more = refused - Math.min(left.length, max);
  return [
    `${countText(refused, "operation")} left out:`,
    ...left.slice(0, max).map(({ operation, reason }) => `  ${operation}: ${reason}`),
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ];
}
