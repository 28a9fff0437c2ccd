import { ProblemError } from "@steward/sdk";
import { say } from "../language.ts";

/** What happened and what to do, from whatever was thrown. */
export function explained(error: unknown): { what: string; hint: string; code: string | null } {
  if (error instanceof ProblemError) return { what: error.message, hint: error.hint, code: error.code };
  const what = error instanceof Error && error.message !== "" ? error.message : say.error.unknown;
  return { what, hint: say.error.hint, code: null };
}

/** True when nobody is signed in. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 401;
}
