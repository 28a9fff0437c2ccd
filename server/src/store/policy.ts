/** What is in force in a project, as the gate and the simulator judge by it. */
import { invariant } from "../core/invariant.ts";
import type { Database } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

/** A grant or limit that stands. Forms are as they were written. */
export interface StandingForm {
  /** UUID. */
  readonly id: string;
  readonly kind: "grant" | "limit";
  readonly level: "organization" | "project";
  /** UUID of the connection that it is for. */
  readonly connection: string | null;
  readonly form: unknown;
  readonly version: number;
  readonly createdAt: number;
  /** UUID of the account that gave a project's; null: it came with its credential, or a service gave it. */
  readonly givenBy: string | null;
  /** Who wrote an organization's, as the audit names them. */
  readonly by: string | null;
}

export interface StandingCapRow {
  readonly id: string;
  readonly project: string | null;
  readonly level: "organization" | "project" | "member" | "agent" | "flow" | "grant" | "run";
  readonly subject: string;
  readonly source: "budget" | "grant";
  readonly unit: "money" | "tokens" | "calls";
  readonly currency: string | null;
  readonly period: "run" | "hour" | "day" | "month" | "total";
  /** Microunits of money: at most 10^15. */
  readonly amount: number;
}

export interface PolicyRows {
  /** The same for the same rows; null where nobody compares. */
  readonly mark: string | null;
  readonly forms: readonly StandingForm[];
  readonly caps: readonly StandingCapRow[];
  readonly timeZone: string;
}

/** Of grants and limits, and of caps; a project with more of them does nothing, for what is left out could be a limit. */
export const STANDING_MAX = 10_000;

/** Everything that is in force: `readChangedPolicy` for whoever knows nothing yet. */
export async function readPolicy(database: Database, scope: Scope): Promise<PolicyRows> {
  const rows = await readChangedPolicy(database, scope, null);
  invariant(rows !== null, "nothing is known that could be the same");
  return rows;
}

/**
 * Everything as of one moment, for which it is one statement: a line and its caps are written together. A grant whose
 * connection is gone, or whose slug another connection has taken, is none. By the partial indexes on what stands; 1,000
 * grants take about 15 ms.
 * @param known the mark of what the caller has
 * @returns null when that is what is in force: the database compares, so that rows are neither sent nor read again
 */
export async function readChangedPolicy(
  database: Database,
  scope: Scope,
  known: string | null,
): Promise<PolicyRows | null> {
  const rows = await queryInScope<PolicyRows & { readonly forms: PolicyRows["forms"] | null }>(database, scope, {
    name: "read_policy",
    text: `with standing as (
        select g.id, g.kind, 'project' as level, g.connection, g.form, g.version,
          (extract(epoch from g.created_at) * 1000)::bigint as "createdAt", g.given_by as "givenBy",
          null as by
        from steward.grants g left join steward.connections c on c.project = g.project and c.id = g.connection
        where g.project = $2 and g.revoked_at is null
          and (g.connection is null or (c.status <> 'disconnected' and c.slug = g.form ->> 'connection'))
        union all
        select l.id, 'limit', 'organization', null, l.form, l.version,
          (extract(epoch from l.created_at) * 1000)::bigint, null, l.updated_by
        from steward.organization_limits l where l.organization = $1 and l.revoked_at is null
      ), counted as (
        select id, project, level, subject, source, unit, currency, period, amount from steward.caps
        where organization = $1 and (project is null or project = $2) and ended_at is null
      ), found as materialized (
        select (select coalesce(jsonb_agg(s), '[]') from (select * from standing order by id limit ${STANDING_MAX + 1}) s) as forms,
          (select coalesce(jsonb_agg(c), '[]') from (select * from counted order by id limit ${STANDING_MAX + 1}) c) as caps,
          coalesce((select time_zone from steward.projects where organization = $1 and id = $2), 'UTC') as zone
      ), marked as materialized (
        select *, encode(sha256(convert_to(jsonb_build_array(forms, caps, zone)::text, 'UTF8')), 'hex') as mark from found
      )
      select mark, case when mark is distinct from $3 then forms end as forms,
        case when mark is distinct from $3 then caps end as caps, zone as "timeZone" from marked`,
    values: [scope.organization, scope.project, known],
  });
  const found = rows[0];
  invariant(found !== undefined, "a statement without from gives one row");
  if (found.forms === null) return null;
  invariant(
    found.forms.length <= STANDING_MAX && found.caps.length <= STANDING_MAX,
    `project ${scope.project} has more than ${STANDING_MAX} grants and limits, or caps, in force`,
  );
  return found;
}
