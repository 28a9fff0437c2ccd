import { isTerminal, type Run, type RunSummary } from "@steward/sdk";
import { CliError } from "./terminal/cli-error.ts";
import { EXIT } from "./terminal/exit-codes.ts";
import { stepText } from "./terminal/words.ts";

/** How a command that waited for a run ends when the run did not complete; null when it did. */
export function endOf(run: Run | RunSummary): CliError | null {
  if (run.status === "completed") return null;
  if (run.status === "in_doubt") {
    const message = `${run.id} does not know whether a request of it arrived`;
    return new CliError(EXIT.runOpen, "run_open", message, `steward run resolve ${run.id} --repeat`);
  }
  if (run.status === "parked") {
    const message = `${run.id} is parked: ${run.error?.message ?? "it stopped Steward several times"}`;
    return new CliError(EXIT.runOpen, "run_open", message, `steward run resolve ${run.id} --repeat`);
  }
  if (!isTerminal(run.status)) {
    return new CliError(EXIT.runOpen, "run_open", `${run.id} is ${run.status}`, `steward run tail ${run.id}`);
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
