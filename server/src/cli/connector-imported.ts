import type { Command } from "commander";
import { actorNames } from "./actor-names.ts";
import { type Cli, note, show } from "./cli.ts";
import { leftLines, summaryLine } from "./connector-import.ts";
import { connect } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

export function addConnectorImported(parent: Command, cli: Cli): void {
  parent
    .command("imported")
    .description("connectors made of OpenAPI documents; with an id that one: what became an action, and what did not")
    .argument("[connector]", "its id")
    .action((connector: string | undefined) => (connector === undefined ? list(cli) : showOne(cli, connector)));
}

async function list(cli: Cli): Promise<void> {
  const client = await connect(cli);
  const { items } = await client.listImportedConnectors();
  const nameOf = await actorNames(
    client,
    items.map(({ importedBy }) => importedBy),
  );
  show(cli, { items }, () => {
    const titles = ["CONNECTOR", "TITLE", "ACTIONS", "LEFT OUT", "IMPORTED", "BY"].map((title) => ({ title }));
    const rows = items.map((one) => [
      one.connector,
      one.title,
      String(one.operations),
      String(one.refused),
      timeText(one.importedAt),
      nameOf(one.importedBy),
    ]);
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0) note(cli, "none yet. Next: steward connector import <connector> <file>");
}

async function showOne(cli: Cli, connector: string): Promise<void> {
  const client = await connect(cli);
  const [one, { actions }] = await Promise.all([
    client.getImportedConnector({ connector }),
    client.getConnector({ connector }),
  ]);
  show(cli, { ...one, actions: actions.map(({ id }) => id) }, () => [
    summaryLine(one),
    ...actions.map(({ id, class: each, title }) => `  ${id} (${each}): ${title}`),
    ...leftLines(one, one.left.length),
  ]);
}
