/** Caps for engine tests, and a gate whose effects take from them as the real one's do. */
import type { EffectCall, Gate, Intended, Performed, Settlement } from "../core/ports/gate.ts";
import type { CapReservation } from "../core/ports/gate.ts";
import type { EffectOutcome } from "../core/step-kind.ts";
import { systemIds } from "../adapters/system/system-ids.ts";
import type { Scope } from "../store/scope.ts";
import type { StewardDatabase } from "../../test/steward-database.ts";

const ids = systemIds(() => Date.now());

export const DONE: EffectOutcome = { kind: "done", result: { status: 200, headers: {}, body: "ok" } };

/** A budget of tokens; of the whole organization without a project. */
export async function makeCap(
  db: StewardDatabase,
  { organization }: Scope,
  amount: number,
  project: string | null = null,
): Promise<string> {
  const id = ids.uuid();
  await db.admin.query({
    text: `insert into steward.caps (organization, id, project, level, subject, source, unit, period, amount, created_at, updated_at, updated_by)
      values ($1, $2, $3, $4, '', 'budget', 'tokens', 'total', $5, now(), now(), 'test')`,
    values: [organization, id, project, project === null ? "organization" : "project", amount],
  });
  return id;
}

export function reservation(cap: string, amount: bigint, max: bigint, periodKey = "total"): CapReservation {
  return { cap, level: "organization", periodKey, amount, max };
}

export interface CounterSum {
  readonly cap: string;
  readonly spent: number;
  readonly reserved: number;
  /** Of the reservations that are there. */
  readonly held: number;
}

/** Counters beside what reservations say they hold, as of one moment. */
export async function counters(db: StewardDatabase): Promise<readonly CounterSum[]> {
  const { rows } = await db.admin.query<CounterSum>({
    text: `select cap, spent, reserved, coalesce((select sum(amount)::bigint from steward.reservations r
        where r.organization = k.organization and r.cap = k.cap and r.period_key = k.period_key), 0) as held
      from steward.cap_counters k order by cap, period_key`,
  });
  return rows;
}

export interface CappedOptions {
  /** What a call takes; none by default. */
  readonly takes: (call: EffectCall) => readonly CapReservation[];
  readonly settles?: (call: EffectCall, outcome: EffectOutcome) => readonly Settlement[];
  readonly does?: (call: EffectCall) => Promise<EffectOutcome> | EffectOutcome;
  readonly waitMs?: number;
  /** Between two looks while others' reservations stand in the way. */
  readonly againMs?: number;
}

export interface CappedGate extends Gate {
  readonly sent: EffectCall[];
  readonly refused: EffectCall[];
  readonly answers: Intended[];
}

export function cappedGate({
  takes,
  settles,
  does = () => DONE,
  waitMs = 5000,
  againMs = 5,
}: CappedOptions): CappedGate {
  const sent: EffectCall[] = [];
  const refused: EffectCall[] = [];
  const answers: Intended[] = [];
  const refuse = (call: EffectCall, code: string): Performed => {
    refused.push(call);
    return { outcome: { kind: "refused", code, message: code }, audit: [], settle: [], usage: null };
  };
  return {
    sent,
    refused,
    answers,
    async perform(call) {
      const reservations = takes(call);
      const intended = await call.intend({ audit: [], reservations });
      answers.push(intended);
      let { reserved } = intended;
      const ends = performance.now() + waitMs;
      while (reserved === "waits" && performance.now() < ends && !call.signal.aborted) {
        await new Promise((done) => setTimeout(done, againMs));
        ({ reserved } = await call.reserve(reservations));
      }
      if (reserved !== "granted") return refuse(call, "budget_exceeded");
      const nothing = reservations.map(({ cap }) => ({ cap, amount: 0n }));
      if (!intended.approved) return { ...refuse(call, "approval_mismatch"), settle: nothing };
      if (call.signal.aborted || !call.mayProceed()) return { ...refuse(call, "cancelled"), settle: nothing };
      sent.push(call);
      const outcome = await does(call);
      const asReserved = reservations.map(({ cap }) => ({ cap, amount: null }));
      return { outcome, audit: [], settle: settles?.(call, outcome) ?? asReserved, usage: null };
    },
  };
}
