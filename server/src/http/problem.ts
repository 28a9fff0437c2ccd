/** Refusals as the API shows them: RFC 9457 problems with Steward's `code` and `hint`. */
import type { Problem } from "@steward/sdk";
import { isConnectionLost, isOutOfDisk, isTimedOut, sqlState } from "../core/ports/database.ts";
import { AppError, ERRORS, type ErrorCode } from "../core/errors.ts";
import { codeOf } from "../core/thrown.ts";
import { WatchersFullError } from "../engine/watch-run.ts";

const PROBLEM_TYPE = "application/problem+json; charset=utf-8";

export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Problem & Readonly<Record<string, unknown>>;
}

/** Members of a problem that particulars can't replace. */
const OWN_MEMBERS: ReadonlySet<string> = new Set(["type", "title", "status", "detail", "code", "hint"]);
const RETRY_SECONDS = 1;

/**
 * The problem of whatever was thrown. What isn't a refusal becomes `internal` under an id from `newId` that `log` gets
 * with the error; the caller learns the id and nothing else.
 */
export function problemOf(
  thrown: unknown,
  newId: () => string,
  log: (message: string, error: unknown) => void,
): ProblemAnswer {
  const refusal = refusalOf(thrown);
  if (refusal) return problemOfRefusal(refusal);
  const id = newId();
  log(`request failed, error ${id}`, thrown);
  return problemOfRefusal(
    new AppError("internal", `An error of Steward's own stopped this; its id is ${id}.`, { error: id }),
  );
}

/** The problem of a refusal: its particulars are members beside `code` and `hint`. */
export function problemOfRefusal(refusal: AppError): ProblemAnswer {
  const { code, message: detail, details } = refusal;
  const { status, title, hint } = ERRORS[code];
  const headers: Record<string, string> = { "content-type": PROBLEM_TYPE };
  if (status === 401) headers["www-authenticate"] = 'Bearer realm="Steward"';
  if (status === 429 || status === 503) headers["retry-after"] = retryAfter(details["retryAfterSeconds"]);
  if (status === 409 && details["retryAfterSeconds"] !== undefined)
    headers["retry-after"] = retryAfter(details["retryAfterSeconds"]);
  if (Array.isArray(details["allow"])) headers["allow"] = details["allow"].join(", ");
  const members = Object.fromEntries(Object.entries(details).filter(([name]) => !OWN_MEMBERS.has(name)));
  return { status, headers, body: { type: `/errors/${code}`, title, status, detail, code, hint, ...members } };
}

function retryAfter(seconds: unknown): string {
  return String(typeof seconds === "number" && seconds > 0 ? Math.ceil(seconds) : RETRY_SECONDS);
}

/** What Fastify and the database throw that the caller or time can mend. */
function refusalOf(thrown: unknown): AppError | null {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof WatchersFullError)
    return new AppError("overloaded", "too many requests wait for runs", { retryAfterSeconds: 5 });
  if (isConnectionLost(thrown) || isOutOfDisk(thrown) || isTimedOut(thrown)) {
    return new AppError("unavailable", "The database could not do this now; whether it was done may be unknown.", {
      retryAfterSeconds: 2,
    });
  }
  if (UNSTORABLE.has(sqlState(thrown) ?? ""))
    return new AppError("value_invalid", "A text holds U+0000, which can't be stored.");
  const known = FRAMEWORK[codeOf(thrown) ?? ""];
  if (known) return new AppError(...known);
  const status = thrown instanceof Error && "statusCode" in thrown ? thrown.statusCode : null;
  if (typeof status === "number" && status >= 400 && status < 500)
    return new AppError("invalid_request", "This is not a request that HTTP allows here.");
  return null;
}

/** A text with U+0000, plain and in JSON (PostgreSQL documentation, appendix A). */
const UNSTORABLE: ReadonlySet<string> = new Set(["22021", "22P05"]);

const FRAMEWORK: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ["body_too_large", "The body is larger than 10 MB."],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ["media_type_unsupported", "The Content-Type is not one of JSON."],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ["invalid_request", "The body is not as long as Content-Length says."],
  FST_ERR_BAD_URL: ["invalid_request", "The address holds a % that begins no character."],
  FST_ERR_MAX_PARAM_LENGTH: ["not_found", "Nothing has a name that long."],
};
