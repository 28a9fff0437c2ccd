import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";

interface Options {
  readonly from?: string;
}

export function addRunRetry(parent: Command, cli: Cli): void {
  parent
    .command("retry")
    .description("run again as a new run, whose id is printed; with --from, what came before the step is kept")
    .argument("<run>", "the run's id")
    .option("--from <step>", "the step to begin with")
    .action((id: string, options: Options) => retry(cli, id, options));
}

async function retry(cli: Cli, id: string, { from }: Options): Promise<void> {
  const run = await (await connect(cli)).retryRun({ id, body: from === undefined ? {} : { from } });
  show(cli, run, () => [run.id]);
  note(cli, `retries ${id}${from === undefined ? "" : ` from ${from}`}. Next: steward run tail ${run.id}`);
}
