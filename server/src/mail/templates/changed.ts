import type { MailValues } from "../../core/mail-message.ts";
import { greeting, momentOf, type Letter } from "../letter.ts";

const WHAT = { address: "mail address", password: "password" } as const;

/** Tells that the account's mail address or password was changed. */
export function changed({ name, what, atMs }: MailValues["changed"]): Letter {
  return {
    subject: `Your ${WHAT[what]} was changed`,
    paragraphs: [greeting(name), `The ${WHAT[what]} of your account was changed on ${momentOf(atMs)}.`],
    action: null,
    notes: ["If it was not you, ask for a new password at the sign-in page and tell who runs this Steward."],
  };
}
