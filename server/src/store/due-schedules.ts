import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import { isLiving } from "./living.ts";
import { insertStatements, valuesList, type Scope } from "./scope.ts";

/** A schedule that may be due, with its trigger as published. Times are epoch milliseconds. */
export interface DueSchedule {
  readonly trigger: string;
  readonly flow: string;
  readonly name: string;
  readonly version: number;
  readonly active: boolean;
  readonly anchorAt: number;
  readonly dueAt: number;
  readonly lastDue: number | null;
}

/** Projects with due schedules, and how many. Index schedules_due. As steward_dispatch. */
export async function dueProjects(
  dispatch: Database,
  nowMs: number,
  limit: number,
): Promise<readonly (Scope & { readonly triggers: readonly string[] })[]> {
  const { rows } = await dispatch.query<Scope & { triggers: string[] }>({
    name: "due_projects",
    text: `select p.organization, d.project, array_agg(d.trigger::text) as triggers
      from (select s.project, s.trigger from steward.schedules s
        where s.due_at <= to_timestamp($1) and ${isLiving("s.project")} order by s.due_at limit $2) d
      join steward.projects p on p.id = d.project group by p.organization, d.project order by d.project`,
    values: [nowMs / 1000, limit],
  });
  return rows;
}

/** Locks due schedules that no other worker is firing. Locks in trigger order; at most those named. */
export async function lockDue(
  tx: Transaction,
  project: string,
  triggers: readonly string[],
  nowMs: number,
): Promise<readonly DueSchedule[]> {
  const { rows } = await tx.query<DueSchedule>({
    name: "lock_due",
    text: `select s.trigger, t.flow, t.name, t.version, t.active, s.anchor_at as "anchorAt", s.due_at as "dueAt", s.last_due as "lastDue"
      from steward.schedules s join steward.triggers t on t.project = s.project and t.id = s.trigger
      where s.project = $1 and s.trigger = any($2::uuid[]) and s.due_at <= to_timestamp($3)
      order by s.trigger for update of s skip locked`,
    values: [project, triggers, nowMs / 1000],
  });
  return rows;
}

/** When each schedule is due next; null: never. */
export function advanceSchedules(
  project: string,
  next: readonly { trigger: string; dueMs: number | null; lastDueMs: number | null }[],
): Statement[] {
  return insertStatements(
    "advance_schedules",
    next,
    (
      rows,
    ) => `update steward.schedules s set due_at = to_timestamp(v.due), last_due = coalesce(to_timestamp(v.last), s.last_due)
      from (values ${valuesList(rows, 4, (placeholder, column) => placeholder + (column < 2 ? "::uuid" : "::float8"))}) as v (project, trigger, due, last)
      where s.project = v.project and s.trigger = v.trigger`,
    (row) => [
      project,
      row.trigger,
      row.dueMs === null ? null : row.dueMs / 1000,
      row.lastDueMs === null ? null : row.lastDueMs / 1000,
    ],
  );
}
