import type { App } from "../app.ts";
import { type Cli, type LocalSteward, note } from "./cli.ts";
import { createStartLog } from "./start-log.ts";
import { CliError } from "./terminal/cli-error.ts";
import { EXIT } from "./terminal/exit-codes.ts";
import { withProgress } from "./terminal/with-progress.ts";

/** A Ctrl-C reaches the whole group of processes and may come twice from one press; a second one later is meant. */
const SAME_PRESS_MS = 400;
const SIGNAL_EXIT = 130;
const LINGER_MS_MAX = 500;

export interface RunAppOptions {
  readonly verbose?: boolean;
}

/**
 * Starts the app in this process, calls `ready`, and runs it until a signal; what is in flight may finish. A second
 * signal ends at once, which loses nothing either. Signals are heard from the first moment on.
 */
export async function runApp(
  cli: Cli,
  local: LocalSteward,
  role: "server" | "worker",
  { verbose = false }: RunAppOptions,
  ready: (app: App) => void,
): Promise<void> {
  const signal = listen(cli);
  const log = createStartLog((line) => cli.terminal.err(line), verbose);
  const app = await withProgress(cli.terminal, "starting", () => local.start(role, log.line)).catch(
    (error: unknown) => {
      if (!isRefusal(error)) log.tell();
      throw error;
    },
  );
  log.open();
  if (!signal.came()) ready(app);
  const reason = await Promise.race([signal.first, app.failed]);
  if (reason === null) {
    log.close();
    note(cli, "stopping: what is in flight may finish; again to stop at once");
  }
  await withProgress(cli.terminal, "stopping", () => app.stop());
  signal.ignore();
  // A supervisor waits for the end of the process: nothing that was left open may keep it, once all is stored.
  setTimeout(() => cli.exitNow(reason === null ? EXIT.ok : EXIT.refused), LINGER_MS_MAX).unref();
  if (reason !== null) throw new CliError(EXIT.refused, "stopped", `Steward stopped: ${reason}`, "steward up");
  note(cli, "stopped");
}

function listen(cli: Cli): { readonly first: Promise<null>; came(): boolean; ignore(): void } {
  const { promise, resolve } = Promise.withResolvers<null>();
  let firstAt: number | null = null;
  const ignore = cli.onSignal(() => {
    if (firstAt === null) {
      firstAt = performance.now();
      resolve(null);
    } else if (performance.now() - firstAt > SAME_PRESS_MS) cli.exitNow(SIGNAL_EXIT);
  });
  return { first: promise, came: () => firstAt !== null, ignore };
}

/** A refusal says by itself what to mend; anything else needs the log of how it came. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === "AppError";
}
