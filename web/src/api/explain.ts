import { isPermission, PERMISSIONS, ProblemError } from "@steward/sdk";
import { hints } from "../language/hints.ts";
import { say } from "../language.ts";

/** Without a connection the client's own words name the call, which says nothing to a person. */
const WITHOUT_ANSWER: ReadonlySet<string> = new Set(["unreachable", "timeout"]);

/** What happened and what to do, from whatever was thrown, in the words of the page. */
export function explained(error: unknown): { what: string; hint: string; code: string | null } {
  if (error instanceof ProblemError) return { what: whatHappened(error), hint: hintOf(error), code: error.code };
  const what = error instanceof Error && error.message !== "" ? error.message : say.error.unknown;
  return { what, hint: say.error.hint, code: null };
}

function whatHappened({ code, details, message, title }: ProblemError): string {
  const { needs } = details;
  if (code === "forbidden" && typeof needs === "string" && isPermission(needs))
    return say.error.lacking(PERMISSIONS[needs].may);
  return WITHOUT_ANSWER.has(code) ? `${title}.` : message;
}

function hintOf({ code, hint, retryAfterSeconds }: ProblemError): string {
  if (retryAfterSeconds !== null && retryAfterSeconds > 0) return say.error.later(retryAfterSeconds);
  return hints[code] ?? hint;
}

/** True when nobody is signed in. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 401;
}
