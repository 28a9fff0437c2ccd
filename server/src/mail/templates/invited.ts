import type { MailValues } from "../../core/mail-message.ts";
import { lifeOf, type Letter } from "../letter.ts";
import { plainWords } from "../plain-words.ts";

/** Invites somebody into an organization. */
export function invited({ inviter, organization, link, lifeMinutes }: MailValues["invited"]): Letter {
  const into = plainWords(organization);
  return {
    subject: `You are invited to “${into}” on Steward`,
    paragraphs: [
      "Hello,",
      `“${plainWords(inviter)}” invites you to work in the organization “${into}” on Steward, which does work that people delegate to it.`,
    ],
    action: { label: "See the invitation", link },
    notes: [
      `The invitation can be accepted once, for ${lifeOf(lifeMinutes)}.`,
      "If you don't know who invites you, do nothing: nothing happens until you accept.",
    ],
  };
}
