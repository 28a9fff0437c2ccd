/** What is over, and what of that is left to do after its commit. */
import type { StoppedEffects } from "../core/ports/policy-words.ts";
import type { EndedKind } from "../core/ports/endings.ts";
import type { FlowUse } from "../core/flow/uses-of.ts";
import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import type { UsingFlow } from "./flow-uses.ts";
import type { FlowKind } from "./flows.ts";
import { queryInScope, type Scope } from "./scope.ts";

/** Runs that rest on it: of versions that use this, or with `flow` of all. Null leaves a field open. */
export interface RestingRuns {
  readonly kind: FlowUse["kind"] | "flow";
  readonly name: string | null;
  readonly actions: readonly string[] | null;
  /** UUIDs. */
  readonly flows: readonly string[] | null;
  /** The account that started them. */
  readonly starter: string | null;
}

/** A flow that was paused for it, with the triggers that this has stopped. */
export interface PausedFlow {
  readonly flow: string;
  readonly slug: string;
  /** Left out where it was written before there were agents. */
  readonly kind?: FlowKind;
  readonly triggers: readonly string[];
}

/** Times are epoch milliseconds. */
export interface EndingRow {
  readonly id: string;
  readonly kind: EndedKind;
  /** UUID. */
  readonly thing: string;
  readonly name: string;
  readonly uses: readonly RestingRuns[];
  readonly flows: readonly string[];
  readonly paused: readonly PausedFlow[];
  /** As the audit names who ended it. */
  readonly by: string;
  readonly at: number;
  readonly told: StoppedEffects | null;
  readonly lookedAt: number | null;
  readonly cancelled: number;
  readonly dueAt: number | null;
}

const ROW = `id, kind, thing, name, uses, flows, paused, by, at, told, looked_at as "lookedAt", cancelled, due_at as "dueAt"`;

export function insertEnding(
  scope: Scope,
  row: Omit<EndingRow, "told" | "lookedAt" | "cancelled" | "dueAt">,
): Statement {
  return {
    name: "insert_ending",
    text: `insert into steward.endings (organization, project, id, kind, thing, name, uses, flows, paused, by, at, due_at)
      values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8::uuid[], $9::jsonb, $10, to_timestamp($11), to_timestamp($11))`,
    values: [
      scope.organization,
      scope.project,
      row.id,
      row.kind,
      row.thing,
      row.name,
      JSON.stringify(row.uses),
      row.flows,
      JSON.stringify(row.paused),
      row.by,
      row.at / 1000,
    ],
  };
}

export async function findEnding(database: Database, scope: Scope, id: string): Promise<EndingRow | null> {
  const rows = await queryInScope<EndingRow>(database, scope, {
    name: "find_ending",
    text: `select ${ROW} from steward.endings where project = $1 and id = $2`,
    values: [scope.project, id],
  });
  return rows[0] ?? null;
}

/** What all workers said; the first that says so counts. */
export async function noteTold(database: Database, scope: Scope, id: string, told: StoppedEffects): Promise<void> {
  await queryInScope(database, scope, {
    name: "note_ending_told",
    text: "update steward.endings set told = $3::jsonb where project = $1 and id = $2 and told is null",
    values: [scope.project, id, JSON.stringify(told)],
  });
}

/** That all runs there were have been looked at, and when somebody is to look again; null: it is over. */
export async function noteLooked(
  database: Database,
  scope: Scope,
  id: string,
  { lookedAt, dueAt }: { readonly lookedAt: number; readonly dueAt: number | null },
): Promise<void> {
  await queryInScope(database, scope, {
    name: "note_ending_looked",
    text: `update steward.endings set looked_at = to_timestamp($3), due_at = to_timestamp($4) where project = $1 and id = $2`,
    values: [scope.project, id, lookedAt / 1000, dueAt === null ? null : dueAt / 1000],
  });
}

/** Somebody is to look at it no earlier than then. */
export async function putOff(database: Database, scope: Scope, id: string, dueAt: number): Promise<void> {
  await queryInScope(database, scope, {
    name: "put_off_ending",
    text: "update steward.endings set due_at = to_timestamp($3) where project = $1 and id = $2 and due_at is not null",
    values: [scope.project, id, dueAt / 1000],
  });
}

/** Flows that were found to use it after its commit, and were paused then. */
export function addPaused(project: string, id: string, paused: readonly PausedFlow[]): Statement {
  return {
    name: "add_paused_by_ending",
    text: `update steward.endings set paused = paused || $3::jsonb, flows = flows || $4::uuid[] where project = $1 and id = $2`,
    values: [project, id, JSON.stringify(paused), paused.map(({ flow }) => flow)],
  };
}

export interface DueEnding extends Scope {
  readonly id: string;
}

/** Endings that somebody is to look at, those due for longest first. As steward_dispatch. Index endings_due. */
export async function listDueEndings(
  dispatch: Database,
  of: { readonly byMs: number; readonly organization: string | null; readonly limit: number },
): Promise<readonly DueEnding[]> {
  const { rows } = await dispatch.query<DueEnding>({
    name: "list_due_endings",
    text: `select organization, project, id from steward.endings
      where due_at <= to_timestamp($1) and ($2::uuid is null or organization = $2) order by due_at limit $3`,
    values: [of.byMs / 1000, of.organization, of.limit],
  });
  return rows;
}

/**
 * Runs that are open, began before that moment and rest on what has ended, by id after the one given; but for those that it
 * has cancelled already. Index runs_open, an order over the project's open runs.
 */
export async function listRestingRuns(
  database: Database,
  scope: Scope,
  of: {
    readonly ending: string;
    readonly uses: readonly RestingRuns[];
    /** UUIDs; as ids tell when they were made. */
    readonly after: string | null;
    readonly before: string;
    readonly limit: number;
  },
): Promise<readonly string[]> {
  const rows = await queryInScope<{ id: string }>(database, scope, {
    name: "list_resting_runs",
    text: `select r.id from steward.runs r
      where r.project = $1 and r.status in ('queued', 'running', 'waiting', 'in_doubt', 'parked')
        and ($4::uuid is null or r.id > $4) and r.id < $5::uuid
        and not exists (select from steward.ending_runs e where e.project = $1 and e.ending = $2 and e.run = r.id)
        and exists (select from jsonb_to_recordset($3::jsonb) as w (kind text, name text, actions text[], flows uuid[], starter uuid)
          where (w.flows is null or r.flow = any(w.flows)) and (w.starter is null or r.starter = w.starter)
            and (w.kind = 'flow' or exists (select from steward.flow_uses u
              where u.project = $1 and u.flow = r.flow and u.version = r.version and u.kind = w.kind and u.name = w.name
                and (w.actions is null or u.action = any(w.actions)))))
      order by r.id limit $6`,
    values: [scope.project, of.ending, JSON.stringify(of.uses), of.after, of.before, of.limit],
  });
  return rows.map(({ id }) => id);
}

/** Notes that it cancels these, and gives those that it had not before. */
export async function insertEndingRuns(
  tx: Transaction,
  project: string,
  ending: string,
  runs: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await tx.query<{ run: string }>({
    name: "insert_ending_runs",
    text: `with new as (insert into steward.ending_runs (project, ending, run)
        select $1, $2, run from unnest($3::uuid[]) as run order by run on conflict do nothing returning run),
      counted as (update steward.endings set cancelled = cancelled + (select count(*) from new) where project = $1 and id = $2)
      select run from new order by run`,
    values: [project, ending, runs],
  });
  return rows.map(({ run }) => run);
}

/** Whether one that it cancels is led by somebody who has not taken the message yet. */
export async function hasUntold(database: Database, scope: Scope, ending: string): Promise<boolean> {
  const rows = await queryInScope<{ run: string }>(database, scope, {
    name: "has_untold_runs",
    text: `select q.run from steward.ending_runs e join steward.queue q on q.project = e.project and q.run = e.run
      where e.project = $1 and e.ending = $2 and q.worker is not null
        and exists (select from steward.inbox i where i.project = e.project and i.run = e.run and i.kind = 'cancel') limit 1`,
    values: [scope.project, ending],
  });
  return rows.length > 0;
}

/** The first that it cancelled. */
export async function listEndingRuns(
  database: Database,
  scope: Scope,
  ending: string,
  limit: number,
): Promise<readonly string[]> {
  const rows = await queryInScope<{ run: string }>(database, scope, {
    name: "list_ending_runs",
    text: "select run from steward.ending_runs where project = $1 and ending = $2 order by run limit $3",
    values: [scope.project, ending, limit],
  });
  return rows.map(({ run }) => run);
}

export async function dropEndingRuns(database: Database, scope: Scope, ending: string): Promise<void> {
  await queryInScope(database, scope, {
    name: "drop_ending_runs",
    text: "delete from steward.ending_runs where project = $1 and ending = $2",
    values: [scope.project, ending],
  });
}

/** Locks flows that use it and were published before it ended, but were not to be seen then. */
export async function lockLateUsers(
  tx: Transaction,
  project: string,
  { uses, flows, at }: Pick<EndingRow, "uses" | "flows" | "at">,
): Promise<readonly UsingFlow[]> {
  const { rows } = await tx.query<UsingFlow>({
    name: "lock_late_users",
    text: `select f.id, f.slug, f.paused from steward.flows f
      join steward.flow_versions v on v.project = f.project and v.flow = f.id and v.version = f.version
      where f.project = $1 and f.deleted_at is null and not (f.id = any($3::uuid[])) and v.published_at <= to_timestamp($4)
        and exists (select from jsonb_to_recordset($2::jsonb) as w (kind text, name text, actions text[], flows uuid[], starter uuid)
          join steward.flow_uses u on u.project = $1 and u.flow = f.id and u.version = f.version and u.kind = w.kind and u.name = w.name
          where w.kind <> 'own' and w.starter is null and (w.flows is null or f.id = any(w.flows))
            and (w.actions is null or u.action = any(w.actions)))
      order by f.id for update of f`,
    values: [project, JSON.stringify(uses), flows, at / 1000],
  });
  return rows;
}
