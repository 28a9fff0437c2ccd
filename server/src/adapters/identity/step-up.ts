/** A second factor given in a session that began without one. The library counts wrong codes at sign-in only; this counts them here. */
import { AppError } from "../../core/errors.ts";
import type { AuthCall } from "./auth-call.ts";
import type { IdentityOptions } from "./identity-options.ts";
import { tellOfProof } from "./tell-person.ts";

const TOTP = "/two-factor/verify-totp";
const PATHS: ReadonlySet<string> = new Set([TOTP, "/two-factor/verify-backup-code"]);
const WRONG_MAX = 10;
const LOCK_SECONDS = 900;

/** Counts the try before it is made; gives what to do once it was right. Throws `overloaded` when there were too many. */
export async function beginStepUp(
  parts: Pick<IdentityOptions, "rows" | "clock" | "recordAct" | "sendMail" | "log">,
  { attempt: { path }, signedIn }: AuthCall,
  code: string,
): Promise<() => Promise<void>> {
  if (signedIn === null || !PATHS.has(path)) return () => Promise.resolve();
  const { rows, clock, recordAct } = parts;
  const { account, session } = signedIn;
  const count = { nowMs: clock.nowMs(), wrongMax: WRONG_MAX, lockSeconds: LOCK_SECONDS };
  if (!(await rows.countTry(account, count)))
    throw new AppError("overloaded", "Too many wrong codes: wait a quarter of an hour.", {
      retryAfterSeconds: LOCK_SECONDS,
    });
  return async () => {
    // While a factor is being set up the library begins another session, and that has spent the code.
    const steps = await rows.isSession(session);
    if (steps && path === TOTP && !(await rows.spendCode(account, code)))
      throw new AppError("sign_in_failed", "The code is not right, or was used before.");
    await rows.forgetTries(account);
    if (!steps && path === TOTP) await tellOfProof(parts, account, "factor_changed", { change: "app_added" });
    if (steps && (await rows.stepUpSession(session)))
      await recordAct({ action: "session.stepped_up", account, facts: {} });
  };
}
