/** The outbox: mail to people, in the installation's own project (`INSTALLATION_SCOPE`). */
import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import { INSTALLATION, INSTALLATION_SCOPE } from "./installation.ts";
import { queryInScope, scopeStatement } from "./scope.ts";

export type OutboxStatus = "queued" | "sending" | "sent" | "failed";

/** Times are epoch milliseconds. */
export interface OutboxRow {
  readonly id: string;
  readonly template: string;
  /** Sealed; null once it is of no use any more. */
  readonly body: Buffer | null;
  readonly status: OutboxStatus;
  /** 1 for the first; an operator's retry adds one. */
  readonly attempt: number;
  readonly run: string | null;
  readonly errorCode: string | null;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly endedAt: number | null;
}

const SELECTED = `id, template, body, status, attempt, run, error_code as "errorCode",
  created_at as "createdAt", expires_at as "expiresAt", ended_at as "endedAt"`;

/** Writes a row from within any transaction and scope, which stay as they are; whoever waits for mail hears of the commit. */
export function putOutbox(row: {
  readonly id: string;
  readonly template: string;
  readonly recipient: Buffer;
  readonly body: Buffer;
  readonly createdMs: number;
  readonly expiresMs: number;
}): Statement {
  return {
    name: "put_outbox",
    text: "select steward.put_outbox($1::uuid, $2::text, $3::bytea, $4::bytea, to_timestamp($5), to_timestamp($6))",
    values: [row.id, row.template, row.recipient, row.body, row.createdMs / 1000, row.expiresMs / 1000],
  };
}

/** What `put_outbox` says it on. */
export const MAIL_CHANNEL = "steward_mail";

export async function findOutbox(database: Database, id: string): Promise<OutboxRow | null> {
  const rows = await queryInScope<OutboxRow>(database, INSTALLATION_SCOPE, {
    name: "find_outbox",
    text: `select ${SELECTED} from steward.outbox where project = $1 and id = $2`,
    values: [INSTALLATION, id],
  });
  return rows[0] ?? null;
}

/** Waiting for a run of their own, oldest first. Walks `outbox_open`. */
export function listQueued(database: Database, limit: number): Promise<readonly OutboxRow[]> {
  return queryInScope<OutboxRow>(database, INSTALLATION_SCOPE, {
    name: "list_queued_mail",
    text: `select ${SELECTED} from steward.outbox where project = $1 and status = 'queued' order by id limit $2`,
    values: [INSTALLATION, limit],
  });
}

/** Newest first, older than `before`. */
export function listOutbox(
  database: Database,
  page: { readonly before: string | null; readonly limit: number },
): Promise<readonly OutboxRow[]> {
  return queryInScope<OutboxRow>(database, INSTALLATION_SCOPE, {
    name: "list_outbox",
    text: `select ${SELECTED} from steward.outbox where project = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
    values: [INSTALLATION, page.before, page.limit],
  });
}

/** How many there are in each state. */
export async function countOutbox(database: Database): Promise<Readonly<Record<OutboxStatus, number>>> {
  const rows = await queryInScope<{ status: OutboxStatus; count: number }>(database, INSTALLATION_SCOPE, {
    name: "count_outbox",
    text: "select status, count(*) as count from steward.outbox where project = $1 group by status",
    values: [INSTALLATION],
  });
  return {
    queued: 0,
    sending: 0,
    sent: 0,
    failed: 0,
    ...Object.fromEntries(rows.map((row) => [row.status, row.count])),
  };
}

/** The run of this attempt is committed. An attempt that is over or another one by now is left alone. */
export async function markSending(database: Database, id: string, attempt: number, run: string): Promise<void> {
  await queryInScope(database, INSTALLATION_SCOPE, {
    name: "mark_mail_sending",
    text: `update steward.outbox set status = 'sending', run = $4
      where project = $1 and id = $2 and attempt = $3 and status = 'queued'`,
    values: [INSTALLATION, id, attempt, run],
  });
}

/** Takes over how runs ended; a body that was sent is gone with that. Gives how many. */
export async function settleOutbox(database: Database, nowMs: number, limit: number): Promise<number> {
  const rows = await queryInScope(database, INSTALLATION_SCOPE, {
    name: "settle_outbox",
    text: `update steward.outbox o set
        status = case e.status when 'completed' then 'sent' else 'failed' end,
        body = case e.status when 'completed' then null else o.body end,
        error_code = case e.status when 'completed' then null else coalesce(e.error_code, e.status) end,
        ended_at = to_timestamp($2)
      from (select w.id, r.status, r.error_code from steward.outbox w join steward.runs r on r.project = w.project and r.id = w.run
        where w.project = $1 and w.status = 'sending' and r.status in ('completed', 'failed', 'cancelled') order by w.id limit $3) e
      where o.project = $1 and o.id = e.id and o.status = 'sending' returning o.id`,
    values: [INSTALLATION, nowMs / 1000, limit],
  });
  return rows.length;
}

/** Erases the words of what is over, ends what nobody began to send, and forgets what is older than `forgetMs`. Gives how many. */
export async function expireOutbox(
  database: Database,
  nowMs: number,
  forgetMs: number,
  limit: number,
): Promise<number> {
  const [, expired, forgotten] = await database.pipeline([
    scopeStatement(INSTALLATION_SCOPE),
    {
      name: "expire_outbox",
      text: `update steward.outbox set body = null,
          status = case status when 'queued' then 'failed' else status end,
          error_code = case status when 'queued' then 'mail_expired' else error_code end,
          ended_at = case status when 'queued' then to_timestamp($2) else ended_at end
        where project = $1 and id in (select id from steward.outbox
          where project = $1 and body is not null and expires_at <= to_timestamp($2) and status <> 'sending' order by expires_at limit $3)`,
      values: [INSTALLATION, nowMs / 1000, limit],
    },
    {
      name: "forget_outbox",
      text: `delete from steward.outbox where project = $1 and id in (select id from steward.outbox
          where project = $1 and status <> 'sending' and created_at < to_timestamp($2) order by id limit $3)`,
      values: [INSTALLATION, (nowMs - forgetMs) / 1000, limit],
    },
  ]);
  return expired.count + forgotten.count;
}

/** One more attempt for what failed and still has its words; false when it is not that. In the installation's scope. */
export async function requeueMail(tx: Transaction, id: string, nowMs: number): Promise<boolean> {
  const { count } = await tx.query({
    name: "requeue_mail",
    text: `update steward.outbox set status = 'queued', attempt = attempt + 1, run = null, error_code = null, ended_at = null
      where project = $1 and id = $2 and status = 'failed' and body is not null and expires_at > to_timestamp($3)`,
    values: [INSTALLATION, id, nowMs / 1000],
  });
  return count === 1;
}
