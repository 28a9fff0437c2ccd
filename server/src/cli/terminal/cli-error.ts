import type { ExitCode } from "./exit-codes.ts";

/** The command line's own codes by what happened; beside them stand those of the API. */
export const CLI_ERRORS = {
  audit_damaged: "The export of the audit log is not whole, or was changed",
  failed: "Something unforeseen went wrong; the message says what",
  interrupted: "It was broken off before anything was changed",
  promise_broken: "A promise was found broken; the lines before say which and how",
  run_cancelled: "The run that was waited for was cancelled",
  run_failed: "The run that was waited for failed",
  run_open: "The run that was waited for has not ended: it goes on, waits, is parked or in doubt",
  not_allowed: "What was tried out is refused; the lines before say why",
  stopped: "The Steward that ran in this process stopped by itself",
  test_failed: "The connection did not pass its test; the line before says why",
  unreachable: "No Steward is known, or none answers",
  usage: "The command is not understood, or a file it names can't be read",
} as const;

/** Ends a command with one line on standard error: what happened, to which id, and the next command to try. */
export class CliError extends Error {
  readonly exit: ExitCode;
  /** A stable word for `--json`. */
  readonly code: string;
  /** The next command to try, or a sentence; null when there is none. */
  readonly next: string | null;
  /** Particulars that stand on lines of their own before the message, for instance a file's problems. */
  readonly lines: readonly string[];

  constructor(
    exit: ExitCode,
    code: string,
    message: string,
    next: string | null = null,
    lines: readonly string[] = [],
  ) {
    super(message);
    this.name = "CliError";
    this.exit = exit;
    this.code = code;
    this.next = next;
    this.lines = lines;
  }
}
