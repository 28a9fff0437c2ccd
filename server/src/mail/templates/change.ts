import type { MailValues } from "../../core/mail-message.ts";
import { greeting, lifeOf, type Letter } from "../letter.ts";
import { plainWords } from "../plain-words.ts";

/** Asks the holder of the new address, and in another message of the old one, whether an account may change its address. */
export function change({ holder, name, newAddress, link, lifeMinutes }: MailValues["change"]): Letter {
  const life = `The link works once, for ${lifeOf(lifeMinutes)}.`;
  if (holder === "new")
    return {
      subject: "Confirm your new mail address",
      paragraphs: [
        greeting(name),
        "Somebody wants to use this mail address for their account. If that was you, confirm it.",
      ],
      action: { label: "Confirm the new address", link },
      notes: [
        `${life} Open it in the browser in which you are signed in: from then on it is the address of your account.`,
        "If it was not you, do nothing: the address is then not used.",
      ],
    };
  return {
    subject: "Confirm the change of your mail address",
    paragraphs: [
      greeting(name),
      `Somebody asked to change the mail address of your account to ${shownAddress(newAddress)}. If that was you, confirm it.`,
    ],
    action: { label: "Confirm the change", link },
    notes: [
      `${life} The change counts once the new address has confirmed it, too.`,
      "If it was not you, do nothing and set a new password: somebody may know yours.",
    ],
  };
}

/** Enough of it for its owner to recognize. */
function shownAddress(address: string): string {
  const at = address.lastIndexOf("@");
  return `“${plainWords(address.slice(0, at), 40)} at ${plainWords(address.slice(at + 1).replaceAll(".", " dot "), 80)}”`;
}
