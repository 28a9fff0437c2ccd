import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { findTable } from "./find-table.ts";
import { connect } from "./terminal/connect.ts";
import { saveDownload } from "./terminal/save-download.ts";

interface Options {
  readonly output?: string;
  readonly asStored?: boolean;
}

export function addTableExport(parent: Command, cli: Cli): void {
  parent
    .command("export")
    .description("write all rows of a table to a CSV file")
    .argument("<table>", "its name or id")
    .option("-o, --output <file>", "where to, over what is there; by default <table>.csv here, over nothing")
    .option("--as-stored", "leave texts alone that a spreadsheet would take for formulas")
    .action((named: string, options: Options) => exportTo(cli, named, options));
}

async function exportTo(cli: Cli, named: string, { output, asStored }: Options): Promise<void> {
  const client = await connect(cli);
  const { id: table, name } = await findTable(client, named);
  const { pieces } = await client.exportRows({ table, formulas: asStored === true ? "asStored" : "safe" });
  const file = output ?? `${name.replaceAll(/[^\p{L}\p{N}_-]/gu, "_")}.csv`;
  const bytes = await saveDownload(cli, pieces, { file, over: output !== undefined, doing: "exporting" });
  show(cli, { table, file, bytes }, () => [`${name}: written to ${file}`]);
}
