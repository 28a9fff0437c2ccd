import type { Row } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { findTable } from "./find-table.ts";
import { rowLines } from "./table-rows.ts";
import { CliError } from "./terminal/cli-error.ts";
import { connect } from "./terminal/connect.ts";
import { EXIT } from "./terminal/exit-codes.ts";
import { readJsonInput } from "./terminal/read-input.ts";

const HOW = "steward table insert <table>";

export function addTableInsert(parent: Command, cli: Cli): void {
  parent
    .command("insert")
    .description("add a row, or up to 1,000 of a list: all of them or none")
    .argument("<table>", "its name or id")
    .argument("<values>", "JSON by column: an object or a list of them, @file, or - for standard input")
    .action((named: string, given: string) => insert(cli, named, given));
}

async function insert(cli: Cli, named: string, given: string): Promise<void> {
  const value: unknown = await readJsonInput(cli, given, "the row", HOW);
  const rows = (Array.isArray(value) ? value : [value]).map(valuesOf);
  const client = await connect(cli);
  const table = await findTable(client, named);
  const inserted = await client.insertRows({ table: table.id, body: { rows } });
  show(cli, inserted, () => rowLines(cli, table, inserted.items));
}

/** A row's values by column, or the command ends. */
export function valuesOf(value: unknown): Row["values"] {
  if (isValues(value)) return value;
  const next = `quote it: ${HOW} '{"name": "ada"}'`;
  throw new CliError(EXIT.usage, "usage", "a row is a JSON object with a value for each column", next);
}

/** Whatever it holds came out of JSON. */
function isValues(value: unknown): value is Row["values"] {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
