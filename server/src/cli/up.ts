import type { Command } from "commander";
import type { App } from "../app.ts";
import { type Cli, type LocalSteward, note, show } from "./cli.ts";
import { createStartLog, type StartLog } from "./start-log.ts";
import { CliError } from "./terminal/cli-error.ts";
import { EXIT } from "./terminal/exit-codes.ts";
import { withProgress } from "./terminal/with-progress.ts";

/** A Ctrl-C reaches the whole group of processes and may come twice from one press; a second one later is meant. */
const SAME_PRESS_MS = 400;
const SIGNAL_EXIT = 130;
const LINGER_MS_MAX = 500;

export function addUp(program: Command, cli: Cli): void {
  program
    .command("up")
    .description("start Steward here: database, engine, API and page, until Ctrl-C")
    .option("--verbose", "show the log of starting and stopping too")
    .action((options: StartOptions) => up(cli, options));
}

export interface StartOptions {
  readonly verbose?: boolean;
}

/** A started app and its log. */
export interface Started {
  readonly app: App;
  readonly log: StartLog;
}

async function up(cli: Cli, options: StartOptions): Promise<void> {
  const local = await cli.local();
  const started = await startUntilSignal(cli, local, "server", options);
  if (started === null) return;
  const { app } = started;
  const { address, link } = app;
  const keyFile = app.apiKey === null ? null : local.keepApiKey(app.apiKey);
  const shownKey = local.keyIsGiven ? null : app.apiKey;
  show(cli, { address, link, apiKey: shownKey, apiKeyFile: keyFile }, () => [
    ...(shownKey === null ? [] : [`API key, shown this once and kept in ${keyFile}: ${shownKey}`]),
    link === null
      ? `Steward is ready at ${address}`
      : `Steward is ready; open ${link} (works once), or call ${address}`,
  ]);
  await untilStopped(cli, started);
}

/** Starts the app, its progress shown; null when a signal came meanwhile, and all is closed again. */
export async function startUntilSignal(
  cli: Cli,
  local: LocalSteward,
  role: "server" | "worker",
  { verbose = false }: StartOptions,
): Promise<Started | null> {
  let interrupted = false;
  const stopListening = listen(cli, () => (interrupted = true));
  const log = createStartLog((line) => cli.terminal.err(line), verbose);
  try {
    const app = await withProgress(cli.terminal, "starting", () => local.start(role, log.line));
    log.open();
    if (!interrupted) return { app, log };
    await app.stop();
    return null;
  } catch (error) {
    log.tell();
    throw error;
  } finally {
    stopListening();
  }
}

/** Runs until a signal; what is in flight may finish. A second signal ends at once, which loses nothing either. */
export async function untilStopped(cli: Cli, { app, log }: Started): Promise<void> {
  const signalled = Promise.withResolvers<null>();
  const stopListening = listen(cli, () => signalled.resolve(null));
  const reason = await Promise.race([signalled.promise, app.failed]);
  if (reason === null) {
    log.close();
    note(cli, "stopping: what is in flight may finish; again to stop at once");
  }
  await withProgress(cli.terminal, "stopping", () => app.stop());
  stopListening();
  // A supervisor waits for the end of the process: nothing that was left open may keep it, once all is stored.
  setTimeout(() => cli.exitNow(reason === null ? EXIT.ok : EXIT.refused), LINGER_MS_MAX).unref();
  if (reason !== null) throw new CliError(EXIT.refused, "stopped", `Steward stopped: ${reason}`, "steward up");
  note(cli, "stopped");
}

function listen(cli: Cli, first: () => void): () => void {
  let firstAt: number | null = null;
  return cli.onSignal(() => {
    if (firstAt === null) {
      firstAt = performance.now();
      first();
    } else if (performance.now() - firstAt > SAME_PRESS_MS) cli.exitNow(SIGNAL_EXIT);
  });
}
