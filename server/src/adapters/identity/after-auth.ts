/** What follows a call under `/v1/auth/`: the audit's entry, and the mail to the address that was before. */
import type { AppError } from "../../core/errors.ts";
import type { AuthCall } from "./auth-call.ts";
import type { Sent } from "./auth-paths.ts";
import { CHANGES_ADDRESS, claimsOf, unboundToken } from "./mailed-token.ts";
import type { AccountAct, IdentityOptions } from "./identity-options.ts";
import { tellOfProof } from "./tell-person.ts";

type Parts = Pick<IdentityOptions, "recordAct" | "sendMail" | "log" | "rows" | "clock">;

/** Of calls that a signed-in person makes. */
const DONE: Readonly<Record<string, { readonly action: AccountAct["action"]; readonly factor?: string }>> = {
  "/change-password": { action: "password.changed" },
  "/set-password": { action: "password.changed" },
  "/two-factor/enable": { action: "factor.added", factor: "totp_begun" },
  "/two-factor/generate-backup-codes": { action: "factor.added", factor: "recovery_codes" },
  "/two-factor/disable": { action: "factor.removed", factor: "totp" },
  "/passkey/verify-registration": { action: "factor.added", factor: "passkey" },
  "/passkey/delete-passkey": { action: "factor.removed", factor: "passkey" },
};
/** What the person is told of each, by mail; that an app was added, once its first code is right (step-up.ts). */
const TOLD: Readonly<Record<string, readonly ["changed" | "factor_changed", Readonly<Record<string, string>>]>> = {
  "/change-password": ["changed", { what: "password" }],
  "/set-password": ["changed", { what: "password" }],
  "/two-factor/generate-backup-codes": ["factor_changed", { change: "recovery_codes_made" }],
  "/two-factor/verify-backup-code": ["factor_changed", { change: "recovery_code_used" }],
  "/two-factor/disable": ["factor_changed", { change: "app_removed" }],
  "/passkey/verify-registration": ["factor_changed", { change: "passkey_added" }],
  "/passkey/delete-passkey": ["factor_changed", { change: "passkey_removed" }],
};
/** A refused call of these is a refused sign-in. */
const SIGN_INS: ReadonlySet<string> = new Set([
  "/sign-in/email",
  "/two-factor/verify-totp",
  "/two-factor/verify-backup-code",
  "/passkey/verify-authentication",
]);

export const afterAuth = {
  async done(parts: Parts, call: AuthCall, body: Sent): Promise<void> {
    const {
      attempt: { path, account },
      signedIn,
    } = call;
    // Links to set another one were asked for before this one was set, or went to an address that is no longer theirs.
    const ends = path === "/change-password" || path === "/set-password" || changesAddress(path, body);
    if (ends && signedIn) await parts.rows.endResets(signedIn.account);
    const told = DONE[path];
    if (told && signedIn)
      await parts.recordAct({
        action: told.action,
        account: signedIn.account,
        facts: told.factor === undefined ? {} : { factor: told.factor },
      });
    if (path === "/passkey/verify-registration" && signedIn) await parts.rows.stepUpByPasskey(signedIn.session);
    const mail = TOLD[path];
    if (mail && account !== null) await tellOfProof(parts, account, ...mail);
    if (path === "/verify-email") await endReplaced(parts, String(body["token"]));
    if (path === "/verify-email") await tellOldAddress(parts, call, String(body["token"]));
  },

  async refused(
    { recordAct }: Parts,
    { attempt: { path, account } }: AuthCall,
    { code, details }: AppError,
  ): Promise<void> {
    if (!SIGN_INS.has(path)) return;
    const reason = typeof details["reason"] === "string" ? details["reason"] : code;
    // Who brings another's password or passkey is not who is signed in beside it; a code is asked of somebody who is known.
    const known = path.startsWith("/two-factor/") ? account : null;
    await recordAct({ action: "session.refused", account: known, facts: { by: path, reason } });
  },
};

/** The last step of a change of address, after which it is another one. */
function changesAddress(path: string, body: Sent): boolean {
  return path === "/verify-email" && claimsOf(String(body["token"]))["requestType"] === CHANGES_ADDRESS;
}

/** Where another sign-up took the place of the confirmed one in this very moment, its password goes: it was not confirmed. */
async function endReplaced({ rows, clock }: Parts, text: string): Promise<void> {
  const { account, token } = unboundToken(text);
  const { email, requestType } = claimsOf(token);
  if (requestType !== undefined || typeof email !== "string") return;
  const person = await rows.findAccountByEmail(email);
  if (person !== null && account !== null && person.id !== account)
    await rows.takeOver(person.id, person.name, clock.nowMs());
}

/** The token is the library's, and was found right. An address that nobody proved is somebody's who has no part in it. */
async function tellOldAddress(parts: Parts, { signedIn, provedAddress }: AuthCall, token: string): Promise<void> {
  const { email, updateTo, requestType } = claimsOf(token);
  if (requestType !== CHANGES_ADDRESS || typeof email !== "string" || typeof updateTo !== "string") return;
  const account = signedIn?.account ?? null;
  await parts.recordAct({ action: "account.address_changed", account, facts: {} });
  if (provedAddress === null) return;
  const name = (account === null ? null : await parts.rows.findAccount(account))?.name ?? "";
  await parts
    .sendMail({ to: provedAddress, template: "changed", values: { name, what: "address", newEmail: updateTo } })
    .catch((error: unknown) => parts.log("an address was not told that another one took its place", error));
}
