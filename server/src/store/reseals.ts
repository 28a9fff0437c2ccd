/** How far what was sealed before a rotation is sealed anew (migration 0014). */
import type { Database, Transaction } from "../core/ports/database.ts";
import { inScope, queryInScope, type Scope } from "./scope.ts";

/** One part of one project that is not done. */
export interface OpenReseal extends Scope {
  readonly part: string;
}

export interface ResealRow {
  readonly part: string;
  /** What its values are brought to. */
  readonly epoch: number;
  /** Before then, values that were sealed before the rotation may still be on their way into their rows. */
  readonly dueAt: number;
  /** The key of the last row that was looked at; null at the beginning. */
  readonly after: readonly string[] | null;
  readonly resealed: number;
  /** Values that were left under another epoch: append-only, or damaged. */
  readonly kept: number;
  readonly doneAt: number | null;
}

const ROW = `part, epoch, due_at as "dueAt", after, resealed, kept, done_at as "doneAt"`;

/** Begins parts that have never been brought to this epoch; those that have, or are on the way to it, stay as they are. */
export async function beginReseals(
  database: Database,
  scope: Scope,
  parts: readonly { readonly part: string; readonly epoch: number }[],
  dueMs: number,
): Promise<number> {
  return await inScope(database, scope, async (tx) => {
    const { count } = await tx.query({
      name: "begin_reseals",
      text: `insert into steward.reseals as r (organization, project, part, epoch, due_at)
        select $1, $2, p.part, p.epoch, to_timestamp($5) from unnest($3::text[], $4::bigint[]) as p (part, epoch)
        on conflict (project, part) do update set epoch = excluded.epoch, due_at = excluded.due_at, after = null,
          resealed = 0, kept = 0, done_at = null where r.epoch <> excluded.epoch`,
      values: [
        scope.organization,
        scope.project,
        parts.map(({ part }) => part),
        parts.map(({ epoch }) => epoch),
        dueMs / 1000,
      ],
    });
    return count;
  });
}

/** Looks again through parts that had to leave values, once they were done before that moment: the rows may have gone. */
export async function repeatReseals(database: Database, scope: Scope, beforeMs: number): Promise<void> {
  await queryInScope(database, scope, {
    name: "repeat_reseals",
    text: `update steward.reseals set after = null, kept = 0, done_at = null
      where project = $1 and kept > 0 and done_at < to_timestamp($2)`,
    values: [scope.project, beforeMs / 1000],
  });
}

/** Projects with parts that had to leave values, and were done before that moment, by project. As steward_dispatch. */
export async function listKeptReseals(dispatch: Database, beforeMs: number, limit: number): Promise<readonly Scope[]> {
  const { rows } = await dispatch.query<Scope>({
    name: "list_kept_reseals",
    text: `select distinct organization, project from steward.reseals where kept > 0 and done_at < to_timestamp($1)
      order by project limit $2`,
    values: [beforeMs / 1000, limit],
  });
  return rows;
}

/** Parts that are due and not done, after the one given. As steward_dispatch. Index reseals_open. */
export async function listOpenReseals(
  dispatch: Database,
  nowMs: number,
  after: { readonly project: string; readonly part: string } | null,
  limit: number,
): Promise<readonly OpenReseal[]> {
  const { rows } = await dispatch.query<OpenReseal>({
    name: "list_open_reseals",
    text: `select organization, project, part from steward.reseals
      where done_at is null and due_at <= to_timestamp($1) and ($2::uuid is null or (project, part) > ($2::uuid, $3::text))
      order by project, part limit $4`,
    values: [nowMs / 1000, after?.project ?? null, after?.part ?? null, limit],
  });
  return rows;
}

export function listReseals(database: Database, scope: Scope): Promise<readonly ResealRow[]> {
  return queryInScope<ResealRow>(database, scope, {
    name: "list_reseals",
    text: `select ${ROW} from steward.reseals where project = $1 order by part`,
    values: [scope.project],
  });
}

/** The part, held until the transaction ends; null when it is done, or in another's hands. */
export async function lockReseal(tx: Transaction, project: string, part: string): Promise<ResealRow | null> {
  const { rows } = await tx.query<ResealRow>({
    name: "lock_reseal",
    text: `select ${ROW} from steward.reseals where project = $1 and part = $2 and done_at is null for update skip locked`,
    values: [project, part],
  });
  return rows[0] ?? null;
}

/** Moves a part on by a page, or to its end. */
export async function moveReseal(
  tx: Transaction,
  project: string,
  part: string,
  by: {
    readonly after: readonly string[] | null;
    readonly resealed: number;
    readonly kept: number;
    readonly doneMs: number | null;
  },
): Promise<void> {
  await tx.query({
    name: "move_reseal",
    text: `update steward.reseals set after = $3::jsonb, resealed = resealed + $4, kept = kept + $5,
      done_at = to_timestamp($6) where project = $1 and part = $2`,
    values: [
      project,
      part,
      by.after === null ? null : JSON.stringify(by.after),
      by.resealed,
      by.kept,
      by.doneMs === null ? null : by.doneMs / 1000,
    ],
  });
}
