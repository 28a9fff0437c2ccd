import type { MailValues } from "../../core/mail-message.ts";
import { greeting, type Letter } from "../letter.ts";
import { plainWords } from "../plain-words.ts";

const PERIODS: Readonly<Record<MailValues["budget_passed"]["period"], string>> = {
  run: "of one run",
  hour: "of this hour",
  day: "of today",
  month: "of this month",
  total: "in all",
};

/** Tells that a budget's soft mark was passed, and what happens at its end. */
export function budgetPassed(values: MailValues["budget_passed"]): Letter {
  const { name, place, subject, amount, period, percent, link } = values;
  const whose = subject === "" ? plainWords(place) : `${plainWords(subject)} in ${plainWords(place)}`;
  return {
    subject: `A budget has passed ${percent} percent`,
    paragraphs: [
      greeting(name),
      `The budget ${PERIODS[period]} for ${whose} has passed its mark of ${percent} percent: ${amount}.`,
      "When it is used up, nothing more that counts against it is done until it is raised or its next period begins.",
    ],
    action: { label: "See the budget", link },
    notes: ["You are told once in each period."],
  };
}
