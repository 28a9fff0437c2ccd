import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import { insertStatements, queryInScope, valuesList, type Scope } from "./scope.ts";

export type InboxKind = "cancel" | "event" | "resolve" | "child" | "approval";

/** What somebody wants of a run, sealed; consumed by the flush that records its effect. */
export interface InboxRow {
  readonly run: string;
  readonly id: string;
  readonly kind: InboxKind;
  readonly body: Buffer | null;
}

export function insertInbox(project: string, messages: readonly InboxRow[]): Statement[] {
  return insertStatements(
    "insert_inbox",
    messages,
    (rows) => `insert into steward.inbox (project, run, id, kind, body) values ${valuesList(rows, 5)}`,
    (message) => [project, message.run, message.id, message.kind, message.body],
  );
}

export function deleteInbox(project: string, run: string, ids: readonly string[]): Statement {
  return {
    name: "delete_inbox",
    text: "delete from steward.inbox where project = $1 and run = $2 and id = any($3::uuid[])",
    values: [project, run, ids],
  };
}

/** What still lies in the inboxes of runs that end: it came too late. */
export function clearInboxes(project: string, runs: readonly string[]): Statement {
  return {
    name: "clear_inboxes",
    text: "delete from steward.inbox where project = $1 and run = any($2::uuid[])",
    values: [project, runs],
  };
}

/** Messages one run reads at a time. */
export const INBOX_READ_MAX = 1000;

export function readInbox(database: Database, scope: Scope, run: string): Promise<readonly InboxRow[]> {
  return queryInScope<InboxRow>(database, scope, {
    name: "read_inbox",
    text: `select run, id, kind, body from steward.inbox where project = $1 and run = $2 order by id limit ${INBOX_READ_MAX}`,
    values: [scope.project, run],
  });
}

export async function countInbox(tx: Transaction, project: string, run: string): Promise<number> {
  const { rows } = await tx.query<{ count: number }>({
    name: "count_inbox",
    text: "select count(*) as count from steward.inbox where project = $1 and run = $2",
    values: [project, run],
  });
  return rows[0]?.count ?? 0;
}

/** Runs of this worker that have something in their inbox. As steward_dispatch. */
export async function inboxOf(dispatch: Database, worker: string): Promise<readonly string[]> {
  const { rows } = await dispatch.query<{ run: string }>({
    name: "inbox_of",
    text: `select distinct q.run from steward.queue q join steward.inbox i on i.project = q.project and i.run = q.run
      where q.worker = $1 limit 1000`,
    values: [worker],
  });
  return rows.map((row) => row.run);
}
