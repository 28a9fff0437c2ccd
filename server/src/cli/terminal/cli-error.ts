import type { ExitCode } from "./exit-codes.ts";

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
