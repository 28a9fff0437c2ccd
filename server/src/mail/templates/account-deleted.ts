import type { MailValues } from "../../core/mail-message.ts";
import { greeting, momentOf, type Letter } from "../letter.ts";

/** Tells that the account was deleted, and until when it can be had back. */
export function accountDeleted({ name, recoverUntilMs, link }: MailValues["account_deleted"]): Letter {
  return {
    subject: "Your account was deleted",
    paragraphs: [
      greeting(name),
      `Your account was deleted and all its sessions have ended. Until ${momentOf(recoverUntilMs)} you can have it back by signing in; after that everything in it is erased.`,
    ],
    action: { label: "Sign in to have it back", link },
    notes: ["If it was not you who deleted it, sign in and set a new password."],
  };
}
