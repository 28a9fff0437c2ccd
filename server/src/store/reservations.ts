/**
 * What effects take from the counters of caps, and give back. A counter never holds more than its cap: what is taken is
 * judged under its lock. In one transaction: `lockCounters` for all counters of all projects first, in the order of
 * organization, cap and period, then what settles, then what reserves. So no two of them wait for each other.
 */
import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import type { CapReservation, Reserved } from "../core/ports/gate.ts";
import { inScope, type Scope } from "./scope.ts";

/** What was spent and is reserved of a cap in one period. */
export interface CounterKey {
  readonly cap: string;
  readonly periodKey: string;
}

/** What one effect of a run asks for: all of it or nothing. */
export interface ReservationWish {
  readonly run: string;
  /** Tells the effects of a run apart; the same when it is repeated. */
  readonly effect: string;
  readonly reservations: readonly CapReservation[];
}

/** What an effect has really taken. */
export interface EffectSettlement {
  readonly run: string;
  readonly effect: string;
  readonly cap: string;
  /** Null: what was reserved. */
  readonly amount: bigint | null;
}

export interface ReservedRow {
  readonly run: string;
  readonly effect: string;
  readonly reserved: Reserved;
  /** The first cap that would not have it. */
  readonly cap: string | null;
}

/**
 * Makes the counters that are missing and locks them all, in order. What is no cap of the organization gets none. In the
 * scope of any of its projects; primary keys.
 */
export function lockCounters(organization: string, counters: readonly CounterKey[], atMs: number): Statement[] {
  if (counters.length === 0) return [];
  const values = [organization, counters.map(({ cap }) => cap), counters.map(({ periodKey }) => periodKey)] as const;
  return [
    {
      name: "make_counters",
      text: `insert into steward.cap_counters (organization, cap, period_key, updated_at)
        select $1, c.id, v.period_key, to_timestamp($4) from (select distinct * from unnest($2::uuid[], $3::text[]) as v (cap, period_key)) v
        join steward.caps c on c.organization = $1 and c.id = v.cap order by c.id, v.period_key collate "C" on conflict do nothing`,
      values: [...values, atMs / 1000],
    },
    {
      name: "lock_counters",
      text: `select from steward.cap_counters k
        where (k.cap, k.period_key) in (select * from unnest($2::uuid[], $3::text[])) and k.organization = $1
        order by k.cap, k.period_key collate "C" for update`,
      values,
    },
  ];
}

/** Turns reservations into what was spent. What is not there any more is settled already. After `lockCounters`. */
export function settleReservations(
  { organization, project }: Scope,
  settlements: readonly EffectSettlement[],
  atMs: number,
): Statement {
  return {
    name: "settle_reservations",
    text: `with settled as (
        delete from steward.reservations r using unnest($3::uuid[], $4::text[], $5::uuid[], $6::bigint[]) as v (run, effect, cap, amount)
        where r.project = $2 and r.run = v.run and r.effect = v.effect and r.cap = v.cap
        returning r.cap, r.period_key, r.amount as reserved, coalesce(v.amount, r.amount) as spent
      ), summed as (
        select cap, period_key, sum(reserved)::bigint as reserved, sum(spent)::bigint as spent from settled group by cap, period_key
      )
      update steward.cap_counters k set reserved = k.reserved - s.reserved, spent = k.spent + s.spent, updated_at = to_timestamp($7)
      from summed s where k.organization = $1 and k.cap = s.cap and k.period_key = s.period_key`,
    values: [
      organization,
      project,
      settlements.map(({ run }) => run),
      settlements.map(({ effect }) => effect),
      settlements.map(({ cap }) => cap),
      settlements.map(({ amount }) => amount),
      atMs / 1000,
    ],
  };
}

/**
 * Settles what a project's runs still hold, as spent: they were let go of for good. At most `limit`; gives how many, 0 when
 * nothing is left.
 */
export function settleProject(database: Database, scope: Scope, limit: number, atMs: number): Promise<number> {
  return inScope(database, scope, async (tx) => {
    const { rows } = await tx.query<Omit<EffectSettlement, "amount"> & CounterKey>({
      name: "list_reservations",
      text: `select run, effect, cap, period_key as "periodKey" from steward.reservations where project = $1
        order by run, effect, cap limit $2`,
      values: [scope.project, limit],
    });
    if (rows.length === 0) return 0;
    for (const statement of lockCounters(scope.organization, rows, atMs)) await tx.query(statement);
    const settlements = rows.map((row) => ({ ...row, amount: null }));
    await tx.query(settleReservations(scope, settlements, atMs));
    return rows.length;
  });
}

/** What a run, or what stands for one, holds. In the scope of its project. */
export async function listHeld(
  tx: Transaction,
  project: string,
  run: string,
): Promise<readonly (Omit<EffectSettlement, "amount"> & CounterKey)[]> {
  const { rows } = await tx.query<Omit<EffectSettlement, "amount"> & CounterKey>({
    name: "list_held_by",
    text: `select run, effect, cap, period_key as "periodKey" from steward.reservations
      where project = $1 and run = $2 order by effect, cap`,
    values: [project, run],
  });
  return rows;
}

/** Takes what fits, in the order of the wishes; 0020 has the rules. After `lockCounters`. */
export function takeReservations(
  { organization, project }: Scope,
  wishes: readonly ReservationWish[],
  atMs: number,
): Statement<ReservedRow> {
  const lines = wishes.flatMap(({ run, effect, reservations }) => reservations.map((one) => ({ run, effect, ...one })));
  return {
    name: "take_reservations",
    text: "select * from steward.reserve($1, $2, to_timestamp($3), $4, $5, $6, $7, $8, $9)",
    values: [
      organization,
      project,
      atMs / 1000,
      lines.map(({ run }) => run),
      lines.map(({ effect }) => effect),
      lines.map(({ cap }) => cap),
      lines.map(({ periodKey }) => periodKey),
      lines.map(({ amount }) => amount),
      lines.map(({ max }) => max),
    ],
  };
}
