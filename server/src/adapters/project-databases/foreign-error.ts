import { isConnectionLost, sqlState } from "../../core/ports/database.ts";
import { ForeignStatementError, type ForeignErrorCode } from "../../core/ports/project-databases.ts";
import { messageOf } from "../../core/thrown.ts";

const MESSAGE_LENGTH_MAX = 2000;

/** By SQLSTATE (PostgreSQL documentation, appendix A). */
const CODES: Readonly<Record<string, ForeignErrorCode>> = {
  "57014": "sql_timeout", // cancelled by statement_timeout
  "55P03": "sql_unavailable", // lock_timeout
  "40001": "sql_unavailable",
  "40P01": "sql_unavailable",
  "53100": "sql_unavailable",
  "53200": "sql_unavailable",
};

/** What to add to the server's own words, of a project's own database here. */
const ADVICE: Readonly<Record<string, string>> = {
  "57014": "Raise timeoutMs, or let it do less.",
  "25006": 'Set "mode": "write" if it is to change something.',
  "42501": "A project's SQL may use its own tables, and nothing else on the server.",
  "42601": "One statement a step; values are bound as $1, $2, …",
  "53200": "It needs more memory than a project may use: sort, collect or repeat less.",
  "53400": "It needs more space for sorting than a project may use.",
};

/** The error as the step that asked gets it; `advice` by SQLSTATE. */
export function foreignError(error: unknown, advice: Readonly<Record<string, string>> = ADVICE): unknown {
  if (error instanceof ForeignStatementError) return error;
  if (isConnectionLost(error))
    return new ForeignStatementError("sql_unavailable", "the connection to the project's database was lost", {
      cause: error,
    });
  const state = sqlState(error);
  if (state === null) return error;
  const text = [described(error), advice[state]].filter(Boolean).join(" ");
  return new ForeignStatementError(CODES[state] ?? "sql_error", text, { cause: error });
}

function described(error: unknown): string {
  const detail = error instanceof Error && "detail" in error && typeof error.detail === "string" ? error.detail : "";
  const place = error instanceof Error && "position" in error ? Number(error.position) : Number.NaN;
  const where = Number.isSafeInteger(place) ? ` at character ${place}` : "";
  const text = `${messageOf(error)}${where}.${detail === "" ? "" : ` ${detail}`}`;
  return text.length > MESSAGE_LENGTH_MAX ? `${text.slice(0, MESSAGE_LENGTH_MAX)} …` : text;
}
