/** What is to be said to whom while an approval is open: asked at once, reminded, and escalated. Pure; a turn acts on it. */
import type { Party } from "../policy/decision.ts";
import { askedNow, escalatesAt } from "./people-of.ts";

export type NoticeKind = "asked" | "reminded" | "escalated";

export interface Notice {
  /** Names it among all of an approval, so that it goes out once: `0:asked`, `0:reminded:2`, `1:escalated`. */
  readonly key: string;
  readonly kind: NoticeKind;
  /** By the texts of a party. */
  readonly to: readonly string[];
}

export interface OpenApproval {
  readonly parties: readonly Party[];
  readonly createdMs: number;
  readonly expiresMs: number;
  /** Keys of what went out. */
  readonly told: readonly string[];
}

const HOUR_MS = 3_600_000;

interface Planned extends Notice {
  readonly atMs: number;
}

/** Of one party up to a moment; of reminders only the last that is due, for nobody wants those that were missed. */
function plan({ parties, createdMs }: OpenApproval, nowMs: number): readonly Planned[] {
  return parties.flatMap((party, at): Planned[] => {
    const asked = { key: `${at}:asked`, kind: "asked", to: party.by, atMs: createdMs } as const;
    const escalates = escalatesAt(party, createdMs);
    const escalated =
      escalates === null || party.escalate === null
        ? []
        : [{ key: `${at}:escalated`, kind: "escalated", to: party.escalate.to, atMs: escalates } as const];
    return [asked, ...reminders(party, at, createdMs, nowMs), ...escalated];
  });
}

/** The last one that is due and the next. */
function reminders(party: Party, at: number, createdMs: number, nowMs: number): readonly Planned[] {
  if (party.remindHours === null) return [];
  const everyMs = party.remindHours * HOUR_MS;
  const due = Math.floor((nowMs - createdMs) / everyMs);
  return [due, due + 1]
    .filter((count) => count >= 1)
    .map((count) => {
      const atMs = createdMs + count * everyMs;
      return { key: `${at}:reminded:${count}`, kind: "reminded", to: askedNow(party, createdMs, atMs), atMs };
    });
}

/** What is due and did not go out yet. */
export function dueNotices(approval: OpenApproval, nowMs: number): readonly Notice[] {
  const told = new Set(approval.told);
  return plan(approval, nowMs)
    .filter(({ key, atMs }) => atMs <= nowMs && !told.has(key))
    .map(({ key, kind, to }) => ({ key, kind, to }));
}

/** When the next of it is due, once all that is due has gone out; its expiry at the latest. */
export function nextDue(approval: OpenApproval, nowMs: number): number {
  const later = plan(approval, nowMs).map(({ atMs }) => atMs);
  return Math.min(approval.expiresMs, ...later.filter((atMs) => atMs > nowMs));
}
