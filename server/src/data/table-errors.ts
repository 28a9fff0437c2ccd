/** What a project's database refuses, as a refusal of the API. */
import { AppError } from "../core/errors.ts";
import { sqlState } from "../core/ports/database.ts";
import { ForeignStatementError } from "../core/ports/project-databases.ts";
import { messageOf } from "../core/thrown.ts";

const MESSAGE_LENGTH_MAX = 500;

/** Runs a verb; what the database says against it becomes `value_invalid`, `conflict` or `overloaded`. */
export async function refusing<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw refusalOf(error) ?? error;
  }
}

function refusalOf(error: unknown): AppError | null {
  if (error instanceof ForeignStatementError)
    return error.code === "sql_timeout"
      ? new AppError("overloaded", "It took too long and nothing was changed.", { retryAfterSeconds: 30 })
      : new AppError("unavailable", "The project's database could not do this now.", { retryAfterSeconds: 5 });
  const state = sqlState(error) ?? "";
  const text = messageOf(error).slice(0, MESSAGE_LENGTH_MAX);
  switch (state) {
    case "23505":
      return new AppError(
        "conflict",
        `Another row has the same value where each must have its own: ${detailOf(error)}.`,
      );
    case "42701":
    case "42P07":
    case "42710":
      return new AppError("conflict", `That name is taken: ${text}.`);
    case "2BP01":
    case "0A000":
      return new AppError("conflict", `Something that SQL made depends on it: ${text}.`);
    case "42P01":
    case "42703":
      return new AppError("conflict", "The table was changed meanwhile: read it again.");
    case "55P03":
    case "40P01":
    case "40001":
      return new AppError("overloaded", "Others use the table right now.", { retryAfterSeconds: 5 });
    case "57014":
      return new AppError("overloaded", "It took too long and nothing was changed.", { retryAfterSeconds: 30 });
    case "53400":
    case "53200":
      return new AppError("overloaded", "It needs more memory or space than a project may use at once.");
    default:
      // Classes of PostgreSQL's appendix A: data, constraints, a trigger of the project's own, limits of the program.
      return /^(?:22|23|P0|54)/.test(state) ? new AppError("value_invalid", `The database refuses it: ${text}.`) : null;
  }
}

function detailOf(error: unknown): string {
  const detail = error instanceof Error && "detail" in error ? String(error.detail) : "";
  return detail.slice(0, MESSAGE_LENGTH_MAX).replace(/\.$/, "");
}
