import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";

interface Options {
  readonly search?: string;
  readonly category?: string;
}

export function addConnectorList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("what can be connected")
    .option("--search <words>", "what has all of these words in its name, summary or actions")
    .option("--category <category>", "mail, calendar, documents, code, chat, telephone, data, models or web")
    .action((options: Options) => list(cli, options));
}

async function list(cli: Cli, { search, category }: Options): Promise<void> {
  const { items } = await (await connect(cli)).listConnectors({ search, category });
  show(cli, { items }, () => {
    const titles = [{ title: "CONNECTOR" }, { title: "ACTIONS", right: true }, { title: "BY" }, { title: "WHAT" }];
    const rows = items.map((one) => [one.id, String(one.actions), one.authentication.join(", "), one.summary]);
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0) note(cli, "no such connectors. Next: steward connector list");
}
