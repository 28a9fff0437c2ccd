import { isTerminal, type Run, type RunSummary } from "@steward/sdk";
import type { Stand } from "./run-stand.ts";
import { CliError } from "./terminal/cli-error.ts";
import { EXIT } from "./terminal/exit-codes.ts";
import { stepText } from "./terminal/words.ts";

/** How a command that waited for a run ends when the run did not complete; null when it did. `stand` as `readStand` says. */
export function endOf(run: Run | RunSummary, stand: Stand | null): CliError | null {
  if (run.status === "completed") return null;
  if (!isTerminal(run.status)) {
    const message = `${run.id} is ${stand?.what ?? run.status.replace("_", " ")}`;
    return new CliError(EXIT.runOpen, "run_open", message, stand?.next ?? `steward run tail ${run.id}`);
  }
  const where = run.error?.step === undefined ? "" : ` in step ${stepText(run.error.step, run.error.path ?? [])}`;
  const why = run.error === null ? "" : `: ${run.error.message}`;
  return new CliError(
    EXIT.runFailed,
    `run_${run.status}`,
    `${run.id} ${run.status}${where}${why}`,
    `steward run show ${run.id}`,
  );
}
