import type { Budget } from "@steward/sdk";
import { say } from "../language.ts";
import { useAccountNames } from "../grants/use-choices.ts";

const { budgets: words } = say;

/** Whose a budget is, in words. */
export function useBudgetName(): (budget: Pick<Budget, "level" | "subject">) => string {
  const nameOf = useAccountNames();
  return ({ level, subject }) => {
    const name = words.levels[level];
    if (level === "member") return words.subject(name, nameOf(subject));
    return level === "flow" || level === "agent" ? words.subject(name, subject) : name;
  };
}
