import type { ConnectorDetails } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";

export function addConnectorShow(parent: Command, cli: Cli): void {
  parent
    .command("show")
    .description("a connector: actions, scopes in words, and how to set it up; with --json all schemas")
    .argument("<connector>", "its id, such as gmail")
    .action(async (connector: string) => {
      const details = await (await connect(cli)).getConnector({ connector });
      show(cli, details, () => linesOf(cli, details));
    });
}

function linesOf({ terminal: { columns } }: Cli, details: ConnectorDetails): string[] {
  const { title, summary, actions, triggers, scopes, setUp, redirectUrl, placed, hosts } = details;
  const rows = [
    ...actions.map((one) => [one.id, one.class, one.summary]),
    ...triggers.map((one) => [one.id, "trigger", one.summary]),
  ];
  const asked = Object.entries(scopes).map(([scope, means]) => [scope, means]);
  return [
    `${title}: ${summary}`,
    ...(placed ? [`The operator says that it is at ${hosts.join(", ")}.`] : []),
    "",
    ...tableLines([{ title: "ACTION" }, { title: "CLASS" }, { title: "WHAT" }], rows, columns),
    ...(asked.length === 0 ? [] : ["", ...tableLines([{ title: "SCOPE" }, { title: "MEANS" }], asked, columns)]),
    "",
    "To set it up:",
    ...setUp.map((step, at) => `${at + 1}. ${step}`),
    ...(redirectUrl === null ? [] : [`The redirect address is ${redirectUrl}`]),
  ];
}
