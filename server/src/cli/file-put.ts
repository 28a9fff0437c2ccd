import path from "node:path";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { fileBody } from "./file-body.ts";
import { CliError } from "./terminal/cli-error.ts";
import { connect } from "./terminal/connect.ts";
import { EXIT } from "./terminal/exit-codes.ts";
import { withProgress } from "./terminal/with-progress.ts";

export function addFilePut(parent: Command, cli: Cli): void {
  parent
    .command("put")
    .description("store a file in the project's volume: a new one, or the next version of the one there")
    .argument("<file>", "a file of this machine; - for standard input")
    .argument(
      "[path]",
      "where to: reports/march.pdf, or a folder with a slash at its end; by default the file's own name",
    )
    .action((file: string, to: string | undefined) => put(cli, file, to));
}

async function put(cli: Cli, given: string, to: string | undefined): Promise<void> {
  const target = targetOf(given, to);
  const client = await connect(cli);
  const body = await fileBody(cli, given);
  const file = await withProgress(cli.terminal, `storing ${target}`, () => client.putFile({ path: target, body }));
  show(cli, file, () => [`${file.path}: version ${file.version}, ${file.bytes} bytes`]);
}

function targetOf(given: string, to: string | undefined): string {
  if (to !== undefined && !to.endsWith("/")) return to;
  if (given === "-") throw new CliError(EXIT.usage, "usage", "standard input has no name", "steward file put - <path>");
  return `${to ?? ""}${path.basename(given)}`;
}
