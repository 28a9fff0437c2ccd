import type { MailValues } from "../../core/mail-message.ts";
import { greeting, type Letter } from "../letter.ts";
import { plainWords } from "../plain-words.ts";

/** Tells that a provider no longer accepts a connection, and that its tokens are erased. */
export function reauthRequired({ name, provider, connection, link }: MailValues["reauth_required"]): Letter {
  const which = plainWords(connection);
  return {
    subject: `Connect ${plainWords(provider)} again`,
    paragraphs: [
      greeting(name),
      `${plainWords(provider)} no longer accepts the connection "${which}": its access was withdrawn there, or has run out. What Steward kept of it to sign in with is erased.`,
      "Flows that use it fail until you connect it again. What they may do with it stays as it was granted.",
    ],
    action: { label: "Connect it again", link },
    notes: ["If you withdrew the access yourself, you can disconnect it there for good."],
  };
}
