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
  readonly forms: readonly StandingForm[];
  readonly caps: readonly StandingCapRow[];
  readonly timeZone: string;
}

/** Of grants and limits, and of caps; a project with more of them does nothing, for what is left out could be a limit. */
export const STANDING_MAX = 10_000;

/**
 * Everything as of one moment, for which it is one statement: a line and its caps are written together. A grant whose
 * connection is gone, or whose slug another connection has taken, is none. By the partial indexes on what stands; 1,000
 * grants take about 15 ms.
 */
export async function readPolicy(database: Database, scope: Scope): Promise<PolicyRows> {
  const rows = await queryInScope<PolicyRows>(database, scope, {
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
      )
      select (select coalesce(jsonb_agg(s), '[]') from (select * from standing limit ${STANDING_MAX + 1}) s) as forms,
        (select coalesce(jsonb_agg(c), '[]') from (select * from counted limit ${STANDING_MAX + 1}) c) as caps,
        coalesce((select time_zone from steward.projects where organization = $1 and id = $2), 'UTC') as "timeZone"`,
    values: [scope.organization, scope.project],
  });
  const found = rows[0];
  invariant(found !== undefined, "a statement without from gives one row");
  invariant(
    found.forms.length <= STANDING_MAX && found.caps.length <= STANDING_MAX,
    `project ${scope.project} has more than ${STANDING_MAX} grants and limits, or caps, in force`,
  );
  return found;
}
