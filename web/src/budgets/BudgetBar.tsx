import type { Budget } from "@steward/sdk";
import { amountWords } from "../grants/amount-words.ts";
import { say } from "../language.ts";
import { shareOf } from "./budget-share.ts";

const { budgets: words } = say;
const FILL = { calm: "bg-done", soft: "bg-waiting", full: "bg-failed" } as const;
/** The reserved part is striped, so that it is told apart without its colour. */
const STRIPES = {
  backgroundImage: "repeating-linear-gradient(135deg, transparent 0 2px, var(--surface-0) 2px 4px)",
} as const;

/** How much of a budget is spent, reserved and left, with the mark from which people are told. */
export function BudgetBar({ budget, tall = false }: { budget: Budget; tall?: boolean }) {
  const { now, unit, currency, softPercent } = budget;
  const share = shareOf(budget);
  if (share === null || now === null) return <span className="text-12 text-text-3">{words.eachRun}</span>;
  const shown = (amount: number) => amountWords(amount, unit, currency);
  return (
    <div className="flex min-w-0 items-center gap-3">
      <div
        role="img"
        aria-label={words.bar(shown(now.spent), shown(now.reserved), shown(now.left))}
        title={words.softMark(softPercent)}
        className={`relative min-w-16 flex-1 overflow-hidden rounded-sm bg-surface-3 ${tall ? "h-3" : "h-2"}`}
      >
        <div className="flex h-full">
          <div className={FILL[share.state]} style={{ width: `${share.spent}%` }} />
          <div className={FILL[share.state]} style={{ ...STRIPES, width: `${share.reserved}%` }} />
        </div>
        <div aria-hidden className="absolute inset-y-0 w-px bg-text-1" style={{ left: `${softPercent}%` }} />
      </div>
      <span className="shrink-0 text-12 text-text-2 @max-xl:sr-only">{words.left(shown(now.left))}</span>
    </div>
  );
}
