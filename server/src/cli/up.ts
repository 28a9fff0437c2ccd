import type { Command } from "commander";
import type { App } from "../app.ts";
import { warnOfUnknown } from "./warn-of-unknown.ts";
import { type Cli, type LocalSteward, show } from "./cli.ts";
import { runApp, type RunAppOptions } from "./run-app.ts";

export function addUp(program: Command, cli: Cli): void {
  program
    .command("up")
    .description("start Steward here: database, engine, API and page, until Ctrl-C")
    .option("--verbose", "show the log of starting and stopping too")
    .action((options: RunAppOptions) => up(cli, options));
}

async function up(cli: Cli, options: RunAppOptions): Promise<void> {
  warnOfUnknown(cli);
  const local = await cli.local();
  await runApp(cli, local, "server", options, (app) => welcome(cli, local, app));
}

/** One line that ends in the address; before it the first key, at the first start. */
function welcome(cli: Cli, local: LocalSteward, { address, link, apiKey }: App): void {
  const keyFile = apiKey === null ? null : local.keepApiKey(apiKey);
  const shownKey = local.keyIsGiven ? null : apiKey;
  show(cli, { address, link, apiKey: shownKey, apiKeyFile: keyFile }, () => [
    ...(shownKey === null ? [] : [`API key, shown this once and kept in ${keyFile}: ${shownKey}`]),
    link === null
      ? `Steward is ready at ${address}`
      : `Steward is ready; open ${link} (works once), or call ${address}`,
  ]);
}
