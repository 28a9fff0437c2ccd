import type { CompiledLine } from "../policy/compile-grant.ts";
import { compileGrant, compileLimit, type StoredGrant, type StoredLimit } from "../policy/compile-grant.ts";
import type { Level } from "../policy/decision.ts";
import type { StandingCap } from "./find-caps.ts";

export type LineCap = Pick<StandingCap, "level" | "subject" | "unit" | "currency" | "period" | "amount">;

/** The caps that a grant's lines stand for: one for each rate and each sum of money. */
export function capsOfGrant(grant: StoredGrant): readonly LineCap[] {
  return compileGrant(grant).lines.flatMap((line) => capsOfLine(line, "grant"));
}

export function capsOfLimit(limit: StoredLimit): readonly LineCap[] {
  return compileLimit(limit).lines.flatMap((line) => capsOfLine(line, limit.level));
}

/** `subject` is what `decide` calls the cap (`Reservation.cap`). */
function capsOfLine({ ref, rates, money }: CompiledLine, level: Level): readonly LineCap[] {
  const subject = `${ref.kind}:${ref.id}:${ref.line}`;
  return [
    ...rates.map(({ period, max }) => {
      return { level, subject, unit: "calls", currency: null, period, amount: max } as const;
    }),
    ...money.map(({ period, currency, max }) => {
      return { level, subject, unit: "money", currency, period, amount: max } as const;
    }),
  ];
}
