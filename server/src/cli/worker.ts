import type { Command } from "commander";
import { warnOfUnknown } from "./warn-of-unknown.ts";
import { type Cli, show } from "./cli.ts";
import { runApp, type RunAppOptions } from "./run-app.ts";

export function addWorker(program: Command, cli: Cli): void {
  program
    .command("worker")
    .description("lead runs beside a server: on its home, or on the DATABASE_URL of both")
    .option("--verbose", "show the log of starting and stopping too")
    .action((options: RunAppOptions) => worker(cli, options));
}

async function worker(cli: Cli, options: RunAppOptions): Promise<void> {
  warnOfUnknown(cli);
  const local = await cli.local();
  await runApp(cli, local, "worker", options, ({ apiKey }) => {
    if (apiKey !== null) local.keepApiKey(apiKey);
    show(cli, { ready: true, home: local.home }, () => [`Worker is ready on ${local.home}`]);
  });
}
