import type { MailValues } from "../../core/mail-message.ts";
import { greeting, lifeOf, type Letter } from "../letter.ts";

/** Asks somebody who signed up to prove that the address is theirs. */
export function verify({ name, link, lifeMinutes }: MailValues["verify"]): Letter {
  return {
    subject: "Confirm your mail address",
    paragraphs: [greeting(name), "Somebody signed up to Steward with this mail address. If that was you, confirm it."],
    action: { label: "Confirm the address", link },
    notes: [
      `The link works once, for ${lifeOf(lifeMinutes)}.`,
      "If it was not you, do nothing: without this confirmation the account can't be used.",
    ],
  };
}
