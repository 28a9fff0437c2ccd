/** Who may get an account by themselves (STEWARD_SIGN_UP, STEWARD_MINIMUM_AGE; PROMISES A9). */
import { AppError } from "../../core/errors.ts";
import type { IdentityOptions } from "./identity-options.ts";

export interface SignUp {
  readonly email: string;
  readonly invitation: string | undefined;
}

type Parts = Pick<IdentityOptions, "policy" | "mayJoin">;

/** The same for an address that has an account and one that has none. Throws `sign_up_closed`. */
export async function admitSignUp({ policy, mayJoin }: Parts, { email, invitation }: SignUp): Promise<void> {
  if (policy.signUp === "open") return;
  if (policy.signUp === "invitation" && invitation !== undefined && (await mayJoin(email, invitation))) return;
  throw new AppError(
    "sign_up_closed",
    policy.signUp === "closed"
      ? "Nobody signs up here by themselves."
      : "Signing up takes an invitation that was sent to this very address and is still open.",
  );
}

/** Only that the age was met is known afterwards. Throws `value_invalid` without a birth date and `forbidden` below the age. */
export function checkAge(
  { minimumAge }: IdentityOptions["policy"],
  birthDate: string | undefined,
  nowMs: number,
): void {
  if (minimumAge === null) return;
  if (birthDate === undefined)
    throw new AppError("value_invalid", "Signing up asks for the date of birth.", { field: "birthDate" });
  if (ageOf(birthDate, nowMs) < minimumAge)
    throw new AppError("forbidden", `Accounts are for people of ${minimumAge} years or more.`);
}

/** In whole years, by the day in UTC. Somebody of the 29th of February grows older on the 1st of March. */
function ageOf(birthDate: string, nowMs: number): number {
  const today = new Date(nowMs).toISOString().slice(0, 10);
  const years = Number(today.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return today.slice(5) < birthDate.slice(5) ? years - 1 : years;
}
