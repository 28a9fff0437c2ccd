import { CliError } from "./terminal/cli-error.ts";
import { EXIT } from "./terminal/exit-codes.ts";

/** Ends a command that works on the home itself where there is none: a client that was installed alone. */
export function notHere(): never {
  const message = "this is done on the machine that Steward runs on, beside its home";
  throw new CliError(EXIT.refused, "unreachable", message, "run it there, with the same STEWARD_HOME");
}
