import type { MailValues } from "../../core/mail-message.ts";
import { greeting, momentOf, type Letter } from "../letter.ts";

const WHAT: Readonly<Record<MailValues["factor_changed"]["change"], string>> = {
  app_added: "An authenticator app was added",
  app_removed: "The authenticator app was removed",
  passkey_added: "A passkey was added",
  passkey_removed: "A passkey was removed",
  recovery_codes_made: "New recovery codes were made, and the earlier ones no longer work",
  recovery_code_used: "A recovery code was used",
};

/** Tells that what the account asks for beside its password was changed. */
export function factorChanged({ name, change, atMs }: MailValues["factor_changed"]): Letter {
  return {
    subject: "Your second factor was changed",
    paragraphs: [greeting(name), `${WHAT[change]} on ${momentOf(atMs)}.`],
    action: null,
    notes: ["If it was not you, set a new password, look through your second factors, and tell who runs this Steward."],
  };
}
