import { type Client, FlowFile, ProblemError } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { CliError } from "./terminal/cli-error.ts";
import { connect } from "./terminal/connect.ts";
import { EXIT } from "./terminal/exit-codes.ts";

/** How many steps a refusal names. */
const NAMED_MAX = 50;

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
  const client = await connect(cli);
  const run = await client
    .retryRun({ id, body: from === undefined ? {} : { from } })
    .catch((error: unknown) => refuse(client, id, error));
  show(cli, run, () => [run.id]);
  note(cli, `retries ${id}${from === undefined ? "" : ` from ${from}`}. Next: steward run tail ${run.id}`);
}

/** A step that a run can't begin from is refused with those it can. */
async function refuse(client: Client, id: string, error: unknown): Promise<never> {
  if (!(error instanceof ProblemError) || error.details["field"] !== "from") throw error;
  const { flow: slug, version } = await client.getRun({ id });
  const steps = FlowFile.safeParse(await client.getVersion({ slug, version })).data?.steps ?? [];
  const names = steps.slice(0, NAMED_MAX).map((step) => step.id);
  const more = steps.length > names.length ? " …" : "";
  throw new CliError(EXIT.refused, error.code, error.message, `the steps to begin with are ${names.join(", ")}${more}`);
}
