import type { MailValues } from "../../core/mail-message.ts";
import { greeting, lifeOf, momentOf, type Letter } from "../letter.ts";
import { plainWords } from "../plain-words.ts";

const SUBJECTS = {
  asked: "Your approval is asked for",
  reminded: "Your approval is still asked for",
  escalated: "An approval that waits was passed on to you",
} as const;

/** Asks somebody to approve or reject what a run is about to do; what that is they read on the page. */
export function approval(values: MailValues["approval"]): Letter {
  const { how, name, project, flow, action, expiresAtMs, link, decides, lifeMinutes } = values;
  const before = `A run of the flow ${word(flow)} in ${plainWords(project)} wants to do ${word(action)} and waits for your word.`;
  const life = `Without it, it is not done: the question ends on ${momentOf(expiresAtMs)}.`;
  return {
    subject: SUBJECTS[how],
    paragraphs: [greeting(name), before, life],
    action: { label: "See what it would do, and decide", link },
    notes: [
      decides
        ? `The link is yours alone and decides once, within ${lifeOf(lifeMinutes)}: opening it changes nothing yet. Whoever has it can answer in your name, so do not pass it on.`
        : "You decide once you are signed in.",
    ],
  };
}

/** Slugs and actions hold no markup, but dots that a mail program would make a link of. */
function word(text: string): string {
  return `“${plainWords(text.replaceAll(".", " "))}”`;
}
