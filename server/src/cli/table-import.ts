import { type Imported, ProblemError, type Table } from "@steward/sdk";
import { type Command, Option } from "commander";
import { type Cli, show } from "./cli.ts";
import { fileBody } from "./file-body.ts";
import { findTable } from "./find-table.ts";
import { CliError } from "./terminal/cli-error.ts";
import { connect } from "./terminal/connect.ts";
import { EXIT } from "./terminal/exit-codes.ts";
import { withProgress } from "./terminal/with-progress.ts";
import { countText } from "./terminal/words.ts";

const DELIMITERS = { comma: ",", semicolon: ";", tab: "\t", bar: "|" } as const;

interface Options {
  readonly skip?: boolean;
  readonly map?: string;
  readonly delimiter: keyof typeof DELIMITERS;
}

export function addTableImport(parent: Command, cli: Cli): void {
  parent
    .command("import")
    .description("add the rows of a CSV file with a header line: all of them, or with --skip those that fit")
    .argument("<table>", "its name or id")
    .argument("<file>", "a file of this machine; - for standard input")
    .option("--skip", "leave out lines that don't fit, and say which")
    .option("--map <json>", 'the file\'s headers to columns, null for those to leave out: {"E-mail": "email"}')
    .addOption(
      new Option("--delimiter <delimiter>", "what stands between values")
        .choices(["comma", "semicolon", "tab", "bar"])
        .default("comma"),
    )
    .action((named: string, file: string, options: Options) => importFrom(cli, named, file, options));
}

async function importFrom(cli: Cli, named: string, file: string, { skip, map, delimiter }: Options): Promise<void> {
  const client = await connect(cli);
  const { id: table, name, columns } = await findTable(client, named);
  const body = await fileBody(cli, file);
  const query = { onError: skip === true ? "skip" : "fail", map, delimiter: DELIMITERS[delimiter] } as const;
  const done = await withProgress(cli.terminal, "importing", () => client.importRows({ table, body, ...query })).catch(
    (error: unknown) => refuse(error, columns),
  );
  show(cli, done, () => [...problemLines(file, done), `${name}: ${countText(done.imported, "row")} added`]);
}

/** Headers that go to no column are refused with what `--map` takes, and the columns there are. */
function refuse(error: unknown, columns: Table["columns"]): never {
  if (!(error instanceof ProblemError) || !/\bheaders?\b/.test(error.message)) throw error;
  const names = columns.map(({ name }) => name).join(", ");
  const hint = `say it with --map '{"<header>": "<column>", "<header>": null}'; the columns are ${names}`;
  throw new CliError(EXIT.refused, error.code, error.message.replace(/^map: /, ""), hint);
}

function problemLines(file: string, { rejected, problems }: Imported): string[] {
  if (rejected === 0) return [];
  const lines = problems.map(
    ({ line, field, message }) => `${file}:${line}: ${field === null ? "" : `${field}: `}${message}`,
  );
  return [...lines, `${countText(rejected, "line")} left out`];
}
