import type { MailValues } from "../../core/mail-message.ts";
import { greeting, momentOf, type Letter } from "../letter.ts";
import { plainWords } from "../plain-words.ts";

const ADDRESS_MAX = 45;

/** Tells of a session that was begun from where none was before. */
export function newSignIn({ name, atMs, address, userAgent, link }: MailValues["new_sign_in"]): Letter {
  const by = userAgent === null ? "" : `, with “${plainWords(userAgent, 120)}”`;
  return {
    subject: "A new sign-in to your account",
    paragraphs: [
      greeting(name),
      `Somebody signed in to your account on ${momentOf(atMs)}, from the network address ${shownAddress(address)}${by}.`,
    ],
    action: { label: "See your sessions", link },
    notes: ["If it was you, there is nothing to do. If not, end that session and set a new password."],
  };
}

/** A network address is digits, letters, dots and colons; nothing else is shown. */
function shownAddress(address: string): string {
  return /^[0-9a-f.:]+$/i.test(address) && address.length <= ADDRESS_MAX ? address : "that is not known";
}
