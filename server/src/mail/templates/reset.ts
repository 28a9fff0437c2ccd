import type { MailValues } from "../../core/mail-message.ts";
import { greeting, lifeOf, type Letter } from "../letter.ts";

/** The way to a new password. */
export function reset({ name, link, lifeMinutes }: MailValues["reset"]): Letter {
  return {
    subject: "Set a new password",
    paragraphs: [greeting(name), "Somebody asked for a new password for your account. If that was you, set one."],
    action: { label: "Set a new password", link },
    notes: [
      `The link works once, for ${lifeOf(lifeMinutes)}. Setting a new password signs you out everywhere.`,
      "If it was not you, do nothing: your password stays as it is.",
    ],
  };
}
