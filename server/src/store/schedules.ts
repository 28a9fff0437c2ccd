import type { Statement, Transaction } from "../core/ports/database.ts";

/** When a schedule trigger fires next. Times are epoch milliseconds; the rule itself is in the published version. */
export interface ScheduleRow {
  readonly trigger: string;
  /** Keyed digest of the rule: a rule that stays the same keeps its place in time. */
  readonly ruleDigest: Buffer;
  /** Where its grid starts, and where firings count from before the first one. */
  readonly anchorAt: number;
  /** Null while it is paused, deleted or over. */
  readonly dueAt: number | null;
  /** The last firing that was handled. */
  readonly lastDue: number | null;
}

const SELECTED = `trigger, rule_digest as "ruleDigest", anchor_at as "anchorAt", due_at as "dueAt", last_due as "lastDue"`;
const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

/** A flow's schedules, of all its triggers that ever were one. */
export async function listSchedules(tx: Transaction, project: string, flow: string): Promise<readonly ScheduleRow[]> {
  const { rows } = await tx.query<ScheduleRow>({
    name: "list_schedules",
    text: `select ${SELECTED} from steward.schedules where project = $1
      and trigger in (select id from steward.triggers where project = $1 and flow = $2)`,
    values: [project, flow],
  });
  return rows;
}

/**
 * The same, locked in trigger order: whoever is firing one of them now ends first, and its advance is seen.
 */
export async function lockSchedules(tx: Transaction, project: string, flow: string): Promise<readonly ScheduleRow[]> {
  const { rows } = await tx.query<ScheduleRow>({
    name: "lock_schedules",
    text: `select ${SELECTED} from steward.schedules where project = $1
      and trigger in (select id from steward.triggers where project = $1 and flow = $2) order by trigger for update`,
    values: [project, flow],
  });
  return rows;
}

export function upsertSchedule(project: string, schedule: ScheduleRow): Statement {
  return {
    name: "upsert_schedule",
    text: `insert into steward.schedules (project, trigger, rule_digest, anchor_at, due_at, last_due)
      values ($1, $2, $3, to_timestamp($4), to_timestamp($5), to_timestamp($6))
      on conflict (project, trigger) do update set rule_digest = excluded.rule_digest, anchor_at = excluded.anchor_at,
        due_at = excluded.due_at, last_due = excluded.last_due`,
    values: [
      project,
      schedule.trigger,
      schedule.ruleDigest,
      seconds(schedule.anchorAt),
      seconds(schedule.dueAt),
      seconds(schedule.lastDue),
    ],
  };
}

/** Lets none of these triggers fire any more, until their schedules are written anew. */
export function stopSchedules(project: string, triggers: readonly string[]): Statement {
  return {
    name: "stop_schedules",
    text: "update steward.schedules set due_at = null where project = $1 and trigger = any($2::uuid[])",
    values: [project, triggers],
  };
}
