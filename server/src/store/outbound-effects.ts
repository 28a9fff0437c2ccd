/** The ledger of effects that left, or were to leave, for a host: an index over the audit's entries, by project. */
import type { AuditEntry } from "../core/audit-entry.ts";
import { mergeOutbound, type OutboundEffect, outboundOf } from "../core/outbound-effect.ts";
import type { Database, Statement } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

/**
 * Notes what these entries, of one project, tell of outbound effects: to be written in the transaction that writes them,
 * in their project's scope. Nothing where they tell of none. Primary key, one statement however many there are; rows are
 * a run's own, which only its holder writes, so that no two flushes wait for each other. Measured beside the insert of the
 * audit's batch, on 2 cores that others kept busy: 90 µs an entry of 50, 5 µs of them in the program; the batch itself 100.
 */
export function noteOutboundEffects(scope: Scope, entries: readonly AuditEntry[]): readonly Statement[] {
  const effects = new Map<string, OutboundEffect>();
  for (const entry of entries) {
    const effect = outboundOf(entry);
    if (effect === null) continue;
    const key = `${effect.cause} ${effect.id}`;
    const before = effects.get(key);
    effects.set(key, before === undefined ? effect : mergeOutbound(before, effect));
  }
  if (effects.size === 0) return [];
  return [
    {
      name: "note_outbound_effects",
      text: NOTE,
      values: [scope.project, JSON.stringify([...effects.values()].map(rowOf))],
    },
  ];
}

const NOTE = `insert into steward.outbound_effects as o (project, cause, id, place, attempt, flow, action,
    host, connection, credential, decided_by, line, approval, times, calls, outcome, code, ms, tokens, cost_micro, currency,
    at, ended_at)
  select $1, cause, id, place, attempt, flow, action, host, connection, credential, decided_by, line, approval, times,
    calls, outcome, code, ms, tokens, cost_micro, currency, to_timestamp(at / 1000), to_timestamp(ended_at / 1000)
  from jsonb_to_recordset($2::jsonb) as n (cause text, id text, place text, attempt int, flow text, action text, host text,
    connection text, credential text, decided_by text, line int, approval text, times int, calls int, outcome text,
    code text, ms int, tokens bigint, cost_micro bigint, currency text, at float8, ended_at float8)
  on conflict (project, cause, id) do update set times = o.times + excluded.times, outcome = excluded.outcome,
    code = excluded.code, ended_at = excluded.ended_at, ms = coalesce(excluded.ms, o.ms),
    decided_by = coalesce(excluded.decided_by, o.decided_by), line = coalesce(excluded.line, o.line),
    approval = coalesce(excluded.approval, o.approval), calls = coalesce(excluded.calls, o.calls),
    tokens = coalesce(excluded.tokens, o.tokens), cost_micro = coalesce(excluded.cost_micro, o.cost_micro),
    currency = coalesce(excluded.currency, o.currency)`;

function rowOf({ decidedBy, costMicro, atMs, endedMs, ...effect }: OutboundEffect): object {
  return { ...effect, decided_by: decidedBy, cost_micro: costMicro, at: atMs, ended_at: endedMs };
}

export interface OutboundFilter {
  /** A host, or a domain above it. */
  readonly host: string | null;
  readonly flow: string | null;
  /** `con_…` */
  readonly connection: string | null;
  /** As the rows have it. */
  readonly cause: string | null;
  /** True: only what was refused. */
  readonly refused: boolean;
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

export interface OutboundCursor {
  readonly atMs: number;
  readonly cause: string;
  readonly id: string;
}

/** Newest begins first: by time an index gives them in order, by cause the primary key finds the few there are. */
export async function listOutboundEffects(
  database: Database,
  scope: Scope,
  { host, flow, connection, cause, refused, fromMs, toMs }: OutboundFilter,
  page: { readonly before: OutboundCursor | null; readonly limit: number },
): Promise<readonly OutboundEffect[]> {
  const conditions: string[] = [];
  const values: (string | number)[] = [scope.project];
  const where = (condition: (placeholder: string) => string, value: string | number | null): void => {
    if (value === null) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  where((it) => `(host = ${it} or right(host, length(${it}) + 1) = '.' || ${it})`, host);
  where((it) => `flow = ${it}`, flow);
  where((it) => `connection = ${it}`, connection);
  where((it) => `cause = ${it}`, cause);
  if (refused) conditions.push("outcome = 'refused'");
  where((it) => `at >= to_timestamp(${it})`, fromMs === null ? null : fromMs / 1000);
  where((it) => `at < to_timestamp(${it})`, toMs === null ? null : toMs / 1000);
  const { before } = page;
  if (before !== null) {
    values.push(before.atMs / 1000, before.cause, before.id);
    const [at, of, id] = [values.length - 2, values.length - 1, values.length];
    conditions.push(`at <= to_timestamp($${at}) and (at, cause, id) < (to_timestamp($${at}), $${of}, $${id})`);
  }
  values.push(page.limit);
  return await queryInScope<OutboundEffect>(database, scope, {
    text: `select cause, id, place, attempt, flow, action, host, connection, credential, decided_by as "decidedBy", line,
        approval, times, calls, outcome, code, ms, tokens, cost_micro as "costMicro", currency, at as "atMs",
        ended_at as "endedMs"
      from steward.outbound_effects where ${["project = $1", ...conditions].join(" and ")}
      order by at desc, cause desc, id desc limit $${values.length}`,
    values,
  });
}

/** What one cause has cost in currencies other than `currency`. Primary key. */
export async function sumOtherCosts(
  database: Database,
  scope: Scope,
  cause: string,
  currency: string,
): Promise<readonly { readonly currency: string; readonly micro: string }[]> {
  return await queryInScope<{ currency: string; micro: string }>(database, scope, {
    name: "sum_other_costs",
    text: `select currency, sum(cost_micro)::text as micro from steward.outbound_effects
      where project = $1 and cause = $2 and currency <> $3 and cost_micro is not null group by currency order by currency`,
    values: [scope.project, cause, currency],
  });
}

/**
 * Forgets what is older than 90 days, of all projects, at most `limit` rows; gives how many. As steward_dispatch, who by
 * its policy sees no younger ones.
 */
export async function forgetOutboundEffects(dispatch: Database, limit: number): Promise<number> {
  const { count } = await dispatch.query({
    name: "forget_outbound_effects",
    text: `delete from steward.outbound_effects where (project, cause, id) in (
        select project, cause, id from steward.outbound_effects where at < now() - interval '90 days' limit $1)`,
    values: [limit],
  });
  return count;
}
