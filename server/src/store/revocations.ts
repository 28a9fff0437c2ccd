/** What is left of connections that were disconnected: the slot that revoking at the provider needs, and the receipt. */
import type { Json } from "../core/json.ts";
import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import { INSTALLATION, INSTALLATION_SCOPE } from "./installation.ts";
import { queryInScope, type Scope } from "./scope.ts";

export type RevocationStatus = "waiting" | "confirmed" | "unsupported" | "failed";

/** Times are epoch milliseconds. */
export interface RevocationRow {
  readonly id: string;
  readonly connection: string;
  readonly connector: string;
  readonly slug: string;
  readonly status: RevocationStatus;
  /** Sealed under the purpose `credential`; null once nothing more is to be revoked. */
  readonly slot: Buffer | null;
  /** The run of the installation that revokes. */
  readonly run: string | null;
  /** How often the provider was asked. */
  readonly attempt: number;
  readonly providerCode: string | null;
  readonly erased: readonly string[];
  /** What the word to all workers stopped; an empty list until they were told. */
  readonly inFlight: Json;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly expiresAt: number;
  readonly endedAt: number | null;
}

const ROW = `id, connection, connector, slug, status, slot, run, attempt, provider_code as "providerCode", erased,
  in_flight as "inFlight", created_at as "createdAt", created_by as "createdBy", expires_at as "expiresAt", ended_at as "endedAt"`;

export function insertRevocation(scope: Scope, row: RevocationRow): Statement {
  return {
    name: "insert_revocation",
    text: `insert into steward.revocations (organization, project, id, connection, connector, slug, status, slot, provider_code,
        erased, created_at, created_by, expires_at, ended_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, to_timestamp($11), $12, to_timestamp($13), to_timestamp($14))`,
    values: [
      scope.organization,
      scope.project,
      row.id,
      row.connection,
      row.connector,
      row.slug,
      row.status,
      row.slot,
      row.providerCode,
      row.erased,
      row.createdAt / 1000,
      row.createdBy,
      row.expiresAt / 1000,
      row.endedAt === null ? null : row.endedAt / 1000,
    ],
  };
}

export async function findRevocation(database: Database, scope: Scope, id: string): Promise<RevocationRow | null> {
  const rows = await queryInScope<RevocationRow>(database, scope, {
    name: "find_revocation",
    text: `select ${ROW} from steward.revocations where project = $1 and id = $2`,
    values: [scope.project, id],
  });
  return rows[0] ?? null;
}

/** Newest first, older than `before`. */
export function listRevocations(
  database: Database,
  scope: Scope,
  page: { readonly before: string | null; readonly limit: number },
): Promise<readonly RevocationRow[]> {
  return queryInScope<RevocationRow>(database, scope, {
    name: "list_revocations",
    text: `select ${ROW} from steward.revocations where project = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
    values: [scope.project, page.before, page.limit],
  });
}

/** What the word to all workers stopped. */
export async function noteStopped(database: Database, scope: Scope, id: string, stopped: Json): Promise<void> {
  await queryInScope(database, scope, {
    name: "note_stopped",
    text: "update steward.revocations set in_flight = $3::jsonb where project = $1 and id = $2",
    values: [scope.project, id, JSON.stringify(stopped)],
  });
}

export interface WaitingRevocation extends Scope {
  readonly id: string;
  readonly run: string | null;
  readonly expiresAt: number;
}

/** Those that wait, by id after the one given. As steward_dispatch. */
export async function listWaiting(
  dispatch: Database,
  after: string | null,
  limit: number,
): Promise<readonly WaitingRevocation[]> {
  const { rows } = await dispatch.query<WaitingRevocation>({
    name: "list_waiting_revocations",
    text: `select organization, project, id, run, expires_at as "expiresAt" from steward.revocations
      where status = 'waiting' and ($1::uuid is null or id > $1) order by id limit $2`,
    values: [after, limit],
  });
  return rows;
}

/** The run that revokes, in the place of the one before. */
export async function setRevocationRun(
  database: Database,
  scope: Scope,
  id: string,
  before: string | null,
  run: string,
): Promise<void> {
  await queryInScope(database, scope, {
    name: "set_revocation_run",
    text: `update steward.revocations set run = $4
      where project = $1 and id = $2 and run is not distinct from $3 and status = 'waiting'`,
    values: [scope.project, id, before, run],
  });
}

/** The provider was asked and could not do it yet. */
export async function noteAttempt(database: Database, scope: Scope, id: string, code: string): Promise<void> {
  await queryInScope(database, scope, {
    name: "note_revocation_attempt",
    text: `update steward.revocations set attempt = attempt + 1, provider_code = $3
      where project = $1 and id = $2 and status = 'waiting'`,
    values: [scope.project, id, code],
  });
}

/** Ends it and destroys the slot; false when it had ended. */
export async function endRevocation(
  tx: Transaction,
  project: string,
  id: string,
  end: {
    readonly status: Exclude<RevocationStatus, "waiting">;
    readonly code: string | null;
    readonly asked: boolean;
    readonly atMs: number;
  },
): Promise<boolean> {
  const { count } = await tx.query({
    name: "end_revocation",
    text: `update steward.revocations set status = $3, slot = null, provider_code = $4, ended_at = to_timestamp($6),
        attempt = attempt + case when $5 then 1 else 0 end
      where project = $1 and id = $2 and status = 'waiting'`,
    values: [project, id, end.status, end.code, end.asked, end.atMs / 1000],
  });
  return count === 1;
}

/** Which of these runs of the installation have ended, or are gone: what they were begun for needs another one. */
export async function listEndedRuns(database: Database, runs: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await queryInScope<{ id: string }>(database, INSTALLATION_SCOPE, {
    name: "list_ended_revocation_runs",
    text: `select a.id from unnest($2::uuid[]) as a (id) left join steward.runs r on r.project = $1 and r.id = a.id
      where r.id is null or r.status in ('completed', 'failed', 'cancelled')`,
    values: [INSTALLATION, runs],
  });
  return new Set(rows.map(({ id }) => id));
}
