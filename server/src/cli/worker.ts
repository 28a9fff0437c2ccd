import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { type StartOptions, startUntilSignal, untilStopped } from "./up.ts";

export function addWorker(program: Command, cli: Cli): void {
  program
    .command("worker")
    .description("lead runs beside a server: on its home, or on the DATABASE_URL of both")
    .option("--verbose", "show the log of starting and stopping too")
    .action((options: StartOptions) => worker(cli, options));
}

async function worker(cli: Cli, options: StartOptions): Promise<void> {
  const local = await cli.local();
  const started = await startUntilSignal(cli, local, "worker", options);
  if (started === null) return;
  if (started.app.apiKey !== null) local.keepApiKey(started.app.apiKey);
  show(cli, { ready: true, home: local.home }, () => [`Worker is ready on ${local.home}`]);
  await untilStopped(cli, started);
}
