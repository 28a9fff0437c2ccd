/** Who is meant by the texts of a party: `member:<acc_…>`, `role:<role>`, `may_grant`. */
import { MAY_GRANT, type Party } from "../policy/decision.ts";

/** A person as they stand in the project now. */
export interface Standing {
  /** As it is shown: `acc_…`. */
  readonly account: string;
  /** What they are in the project: a built-in role's name, or `rol_…`; null where they are kept out. */
  readonly role: string | null;
  readonly mayGrant: boolean;
}

/** Every text by which a party names this person. */
export function textsOf({ account, role, mayGrant }: Standing): ReadonlySet<string> {
  return new Set([`member:${account}`, ...(role === null ? [] : [`role:${role}`]), ...(mayGrant ? [MAY_GRANT] : [])]);
}

const HOUR_MS = 3_600_000;

/** When those are asked, too, whom the party is escalated to; null for one that is not. */
export function escalatesAt({ escalate }: Party, createdMs: number): number | null {
  return escalate === null ? null : createdMs + escalate.afterHours * HOUR_MS;
}

/** Who is asked now: its own people, and from its escalation on the others beside them. */
export function askedNow(party: Party, createdMs: number, nowMs: number): readonly string[] {
  const fromMs = escalatesAt(party, createdMs);
  if (fromMs === null || party.escalate === null || nowMs < fromMs) return party.by;
  return [...new Set([...party.by, ...party.escalate.to])];
}

/** Whether one of the texts names the person. */
export function isNamed(asked: readonly string[], person: ReadonlySet<string>): boolean {
  return asked.some((text) => person.has(text));
}
