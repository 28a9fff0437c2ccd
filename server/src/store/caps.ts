/** Caps on money, tokens and calls, and what stands on their counters. */
import type { LineCap } from "../core/budget/line-caps.ts";
import type { StandingCap } from "../core/budget/find-caps.ts";
import type { Database, Statement, Transaction } from "../core/ports/database.ts";

export interface CapRow extends Omit<StandingCap, "amount"> {
  /** Microunits of money. */
  readonly amount: number;
  readonly softPercent: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly updatedBy: string;
}

const ROW = `id, project, level, subject, source, unit, currency, period, amount, soft_percent as "softPercent",
  created_at as "createdAt", updated_at as "updatedAt", updated_by as "updatedBy"`;

export function insertCap(organization: string, cap: Omit<CapRow, "updatedAt">): Statement {
  return {
    name: "insert_cap",
    text: `insert into steward.caps (organization, id, project, level, subject, source, unit, currency, period, amount, soft_percent, created_at, updated_at, updated_by)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, to_timestamp($12), to_timestamp($12), $13)`,
    values: [
      organization,
      cap.id,
      cap.project,
      cap.level,
      cap.subject,
      cap.source,
      cap.unit,
      cap.currency,
      cap.period,
      cap.amount,
      cap.softPercent,
      cap.createdAt / 1000,
      cap.updatedBy,
    ],
  };
}

/** How many stand of a project's own, or with null of the organization's, whatever they came with. Index caps_standing. */
export async function countCaps(tx: Transaction, organization: string, project: string | null): Promise<number> {
  const { rows } = await tx.query<{ count: number }>({
    name: "count_caps",
    text: `select count(*) as count from steward.caps
      where organization = $1 and project is not distinct from $2 and ended_at is null`,
    values: [organization, project],
  });
  return rows[0]?.count ?? 0;
}

/** The place where a list is asked for: a project with its organization's, or the organization's own. */
export interface CapPage {
  readonly project: string | null;
  readonly source: CapRow["source"] | null;
  readonly after: string | null;
  readonly limit: number;
}

/** By id after the one given. Index caps_standing. */
export async function listCaps(tx: Transaction, organization: string, page: CapPage): Promise<readonly CapRow[]> {
  const { rows } = await tx.query<CapRow>({
    name: "list_caps",
    text: `select ${ROW} from steward.caps
      where organization = $1 and (project is null or project = $2) and ended_at is null
        and ($3::text is null or source = $3) and ($4::uuid is null or id > $4) order by id limit $5`,
    values: [organization, page.project, page.source, page.after, page.limit],
  });
  return rows;
}

/** Budgets of a project, or of the organization with null, that stand. */
export async function countBudgets(tx: Transaction, organization: string, project: string | null): Promise<number> {
  const { rows } = await tx.query<{ count: number }>({
    name: "count_budgets",
    text: `select count(*) as count from steward.caps
      where organization = $1 and project is not distinct from $2 and source = 'budget' and ended_at is null`,
    values: [organization, project],
  });
  return rows[0]?.count ?? 0;
}

/** One that stands and is the project's own, or with null the organization's; locked until the transaction ends. */
export async function lockCap(
  tx: Transaction,
  organization: string,
  project: string | null,
  id: string,
): Promise<CapRow | null> {
  const { rows } = await tx.query<CapRow>({
    name: "lock_cap",
    text: `select ${ROW} from steward.caps
      where organization = $1 and project is not distinct from $2 and id = $3 and ended_at is null for update`,
    values: [organization, project, id],
  });
  return rows[0] ?? null;
}

/** After `lockCap`. */
export function changeCap(
  organization: string,
  cap: Pick<CapRow, "id" | "amount" | "softPercent" | "updatedAt" | "updatedBy">,
): Statement {
  return {
    name: "change_cap",
    text: `update steward.caps set amount = $3, soft_percent = $4, updated_at = to_timestamp($5), updated_by = $6
      where organization = $1 and id = $2`,
    values: [organization, cap.id, cap.amount, cap.softPercent, cap.updatedAt / 1000, cap.updatedBy],
  };
}

export function endCap(organization: string, id: string, atMs: number): Statement {
  return {
    name: "end_cap",
    text: "update steward.caps set ended_at = to_timestamp($3), updated_at = to_timestamp($3) where organization = $1 and id = $2",
    values: [organization, id, atMs / 1000],
  };
}

export interface LineCaps {
  /** Null: of the organization. */
  readonly project: string | null;
  /** `grant:grt_…` or `limit:lim_…`, whose lines they are. */
  readonly of: string;
  /** With an id for each, used where there was none before. */
  readonly caps: readonly (LineCap & { readonly id: string })[];
  readonly by: string;
  readonly atMs: number;
}

/**
 * The caps of a grant or limit as its lines now have them: what is there goes on counting with its new amount, also when
 * it had ended meanwhile; what no line has any more ends. In the scope of its organization, once the row that they are of
 * is locked. `starts_with` of the whole subject: ids hold no wildcard.
 */
export function putLineCaps(organization: string, { project, of, caps, by, atMs }: LineCaps): readonly Statement[] {
  const columns = [
    caps.map((cap) => cap.subject),
    caps.map((cap) => cap.unit),
    caps.map((cap) => cap.currency ?? ""),
    caps.map((cap) => cap.period),
    caps.map((cap) => cap.amount),
  ] as const;
  const same = `c.organization = $1 and c.source = 'grant' and starts_with(c.subject, $2) and c.subject = v.subject and c.unit = v.unit
    and coalesce(c.currency, '') = v.currency and c.period = v.period`;
  const wanted = "unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])";
  const prefix = `${of}:`;
  return [
    {
      name: "end_line_caps",
      text: `update steward.caps c set ended_at = to_timestamp($8), updated_at = to_timestamp($8)
        where c.organization = $1 and c.source = 'grant' and starts_with(c.subject, $2) and c.ended_at is null
          and not exists (select from ${wanted} as v (subject, unit, currency, period, amount) where ${same})`,
      values: [organization, prefix, ...columns, atMs / 1000],
    },
    {
      name: "change_line_caps",
      text: `update steward.caps c set amount = v.amount, ended_at = null, updated_at = to_timestamp($8), updated_by = $9
        from ${wanted} as v (subject, unit, currency, period, amount) where ${same}`,
      values: [organization, prefix, ...columns, atMs / 1000, by],
    },
    {
      name: "insert_line_caps",
      text: `insert into steward.caps (organization, id, project, level, subject, source, unit, currency, period, amount, created_at, updated_at, updated_by)
        select $1, v.id, $8, v.level, v.subject, 'grant', v.unit, nullif(v.currency, ''), v.period, v.amount, to_timestamp($9), to_timestamp($9), $10
        from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $11::uuid[], $12::text[])
          as v (subject, unit, currency, period, amount, id, level)
        where not exists (select from steward.caps c where ${same})`,
      values: [
        organization,
        prefix,
        ...columns,
        project,
        atMs / 1000,
        by,
        caps.map((cap) => cap.id),
        caps.map((cap) => cap.level),
      ],
    },
  ];
}

/** Ends the caps of grants or limits that have ended: `grant:grt_…`. In the scope of their organization. */
export function endLineCaps(organization: string, of: readonly string[], atMs: number): Statement {
  return {
    name: "end_caps_of_lines",
    text: `update steward.caps c set ended_at = to_timestamp($3), updated_at = to_timestamp($3)
      where c.organization = $1 and c.source = 'grant' and c.ended_at is null
        and exists (select from unnest($2::text[]) as o (prefix) where starts_with(c.subject, o.prefix))`,
    values: [organization, of.map((one) => `${one}:`), atMs / 1000],
  };
}

export interface CounterRow {
  readonly cap: string;
  readonly periodKey: string;
  readonly spent: number;
  readonly reserved: number;
}

/** Of caps, each in one period; what nothing was spent of has none. Primary key. In the scope of their organization. */
export async function readCounters(
  tx: Transaction,
  organization: string,
  at: readonly { readonly cap: string; readonly periodKey: string }[],
): Promise<readonly CounterRow[]> {
  const { rows } = await tx.query<CounterRow>({
    name: "read_counters",
    text: `select k.cap, k.period_key as "periodKey", k.spent, k.reserved
      from unnest($2::uuid[], $3::text[]) as at (cap, period_key)
      join steward.cap_counters k on k.organization = $1 and k.cap = at.cap and k.period_key = at.period_key`,
    values: [organization, at.map(({ cap }) => cap), at.map(({ periodKey }) => periodKey)],
  });
  return rows;
}

export interface DueWarning {
  readonly organization: string;
  readonly cap: string;
  readonly periodKey: string;
}

/** Counters of budgets that have passed their soft mark since `sinceMs` and told nobody. As steward_dispatch. */
export async function listDueWarnings(
  dispatch: Database,
  sinceMs: number,
  limit: number,
): Promise<readonly DueWarning[]> {
  const { rows } = await dispatch.query<DueWarning>({
    name: "list_due_warnings",
    text: `select k.organization, k.cap, k.period_key as "periodKey"
      from steward.caps c join steward.cap_counters k on k.organization = c.organization and k.cap = c.id
      join steward.organizations o on o.id = c.organization and o.deleted_at is null
      where c.ended_at is null and c.source = 'budget' and k.warned_at is null and k.updated_at > to_timestamp($1)
        and (k.spent + k.reserved) * 100 >= c.amount * c.soft_percent
      order by k.organization, k.cap, k.period_key limit $2`,
    values: [sinceMs / 1000, limit],
  });
  return rows;
}

/** The cap and what stands on the counter, once it is marked as told of; null when somebody else has. In its organization's scope. */
export async function markWarned(
  tx: Transaction,
  { organization, cap, periodKey }: DueWarning,
  atMs: number,
): Promise<(CapRow & Pick<CounterRow, "spent" | "reserved">) | null> {
  const { rows } = await tx.query<CapRow & Pick<CounterRow, "spent" | "reserved">>({
    name: "mark_warned",
    text: `with marked as (
        update steward.cap_counters set warned_at = to_timestamp($4)
        where organization = $1 and cap = $2 and period_key = $3 and warned_at is null returning spent, reserved)
      select ${ROW}, marked.spent, marked.reserved from steward.caps, marked where organization = $1 and id = $2`,
    values: [organization, cap, periodKey, atMs / 1000],
  });
  return rows[0] ?? null;
}
