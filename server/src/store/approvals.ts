/** Approvals, what people said to them, and the links that were mailed. */
import type { ApprovalReason, Party } from "../core/policy/decision.ts";
import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import type { Scope } from "./scope.ts";

export type ApprovalStatus = "open" | "approved" | "rejected" | "expired" | "withdrawn" | "used";

/** What asks: a reason of a line, or a step by itself. */
export type StoredReason = ApprovalReason | { readonly kind: "step"; readonly field: null; readonly of: null };

/** An approval as it begins. */
export interface NewApproval {
  readonly id: string;
  readonly run: string;
  readonly flow: string;
  readonly step: string;
  readonly path: readonly number[];
  readonly attempt: number;
  /** Of the record that waits for it. */
  readonly seq: number;
  readonly kind: "effect" | "step";
  readonly action: string;
  readonly connection: string | null;
  /** UUID of the grant whose line allows it. */
  readonly grant: string | null;
  readonly digest: Buffer;
  /** Sealed under the purpose `approval` at this row's id: canonical JSON. */
  readonly arguments: Buffer;
  readonly parties: readonly Party[];
  readonly reasons: readonly StoredReason[];
  /** Fields of the arguments that a model has written, in part or whole. */
  readonly byModel: readonly string[];
  readonly createdMs: number;
  readonly expiresMs: number;
}

export interface ApprovalRow extends Omit<NewApproval, "createdMs" | "expiresMs"> {
  readonly changed: Buffer | null;
  readonly changedDigest: Buffer | null;
  readonly status: ApprovalStatus;
  readonly told: readonly string[];
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly decidedAt: number | null;
}

const ROW = `id, run, flow, step, string_to_array(nullif(path, ''), '.')::int[] as path, attempt, seq, kind, action, connection,
  of_grant as "grant", digest, arguments, changed, changed_digest as "changedDigest", parties, reasons, status, told, by_model as "byModel",
  created_at as "createdAt", expires_at as "expiresAt", decided_at as "decidedAt"`;

interface Found extends Omit<ApprovalRow, "path"> {
  readonly path: readonly number[] | null;
}

const rowOf = ({ path, ...rest }: Found): ApprovalRow => ({ ...rest, path: path ?? [] });

/** Due at once: people are told of it by the next turn. */
export function insertApproval(scope: Scope, row: NewApproval): Statement {
  return {
    name: "insert_approval",
    text: `insert into steward.approvals (organization, project, id, run, flow, step, path, attempt, seq, kind, action, connection, of_grant,
        digest, arguments, parties, reasons, status, created_at, due_at, expires_at, by_model)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 'open', to_timestamp($18), to_timestamp($18), to_timestamp($19), $20)`,
    values: [
      scope.organization,
      scope.project,
      row.id,
      row.run,
      row.flow,
      row.step,
      row.path.join("."),
      row.attempt,
      row.seq,
      row.kind,
      row.action,
      row.connection,
      row.grant,
      row.digest,
      row.arguments,
      JSON.stringify(row.parties),
      JSON.stringify(row.reasons),
      row.createdMs / 1000,
      row.expiresMs / 1000,
      row.byModel,
    ],
  };
}

export async function readApproval(tx: Transaction, project: string, id: string): Promise<ApprovalRow | null> {
  const { rows } = await tx.query<Found>({
    name: "read_approval",
    text: `select ${ROW} from steward.approvals where project = $1 and id = $2`,
    values: [project, id],
  });
  return rows[0] ? rowOf(rows[0]) : null;
}

/** The same, locked until the transaction ends: after its run's place in the queue (`lockQueue`). */
export async function lockApproval(tx: Transaction, project: string, id: string): Promise<ApprovalRow | null> {
  const { rows } = await tx.query<Found>({
    name: "lock_approval",
    text: `select ${ROW} from steward.approvals where project = $1 and id = $2 for update`,
    values: [project, id],
  });
  return rows[0] ? rowOf(rows[0]) : null;
}

/** Whose run it is, to be locked before it. */
export async function readApprovalRun(tx: Transaction, project: string, id: string): Promise<string | null> {
  const { rows } = await tx.query<{ run: string }>({
    name: "read_approval_run",
    text: "select run from steward.approvals where project = $1 and id = $2",
    values: [project, id],
  });
  return rows[0]?.run ?? null;
}

/** Whom a list is for: what waits for their word, and they have not said it. */
export interface Asked {
  readonly account: string;
  /** By which parties name them. */
  readonly texts: readonly string[];
  readonly nowMs: number;
}

export interface ApprovalFilter {
  /** Null: whatever became of it. */
  readonly status: ApprovalStatus | null;
  readonly run: string | null;
  readonly flow: string | null;
  /** Only those before it. */
  readonly before: string | null;
  readonly limit: number;
}

const FILTER = `project = $1 and ($2::uuid is null or run = $2) and ($3::text is null or flow = $3) and ($4::uuid is null or id < $4)`;

/** The newest first. Primary key. */
export async function listApprovals(
  tx: Transaction,
  project: string,
  { status, run, flow, before, limit }: ApprovalFilter,
): Promise<readonly ApprovalRow[]> {
  const { rows } = await tx.query<Found>({
    name: "list_approvals",
    text: `select ${ROW} from steward.approvals
      where ${FILTER} and ($6::text is null or status = $6) order by id desc limit $5`,
    values: [project, run, flow, before, limit, status],
  });
  return rows.map(rowOf);
}

/** Open at $6, asking somebody of the names in $7, and without a word of account $8 on it as it stands. */
const ASKED = `status = 'open' and expires_at > to_timestamp($6)
  and exists (select from jsonb_array_elements(a.parties) p where p->'by' ?| $7::text[]
    or (p->'escalate'->'to' ?| $7::text[]
      and a.created_at + (p->'escalate'->>'afterHours')::float8 * interval '1 hour' <= to_timestamp($6)))
  and not exists (select from steward.approval_decisions d where d.project = a.project and d.approval = a.id
    and d.account = $8 and d.digest = coalesce(a.changed_digest, a.digest))`;

/** Those open that wait for one person's word, the newest first: as `askedNow` has it. Index approvals_open. */
export async function listAsked(
  tx: Transaction,
  project: string,
  { run, flow, before, limit }: Omit<ApprovalFilter, "status">,
  { account, texts, nowMs }: Asked,
): Promise<readonly ApprovalRow[]> {
  const { rows } = await tx.query<Found>({
    name: "list_asked",
    text: `select ${ROW} from steward.approvals a where ${FILTER} and ${ASKED} order by id desc limit $5`,
    values: [project, run, flow, before, limit, nowMs / 1000, texts, account],
  });
  return rows.map(rowOf);
}

/** How many `listAsked` would give. */
export async function countAsked(
  tx: Transaction,
  project: string,
  { account, texts, nowMs }: Asked,
  limit: number,
): Promise<number> {
  const { rows } = await tx.query<{ count: number }>({
    name: "count_asked",
    text: `select count(*) as count from (select from steward.approvals a where ${FILTER} and ${ASKED} limit $5) asked`,
    values: [project, null, null, null, limit, nowMs / 1000, texts, account],
  });
  return rows[0]?.count ?? 0;
}

/** Index approvals_open. */
export async function countOpenApprovals(tx: Transaction, project: string, limit: number): Promise<number> {
  const { rows } = await tx.query<{ count: number }>({
    name: "count_open_approvals",
    text: `select count(*) as count from
      (select from steward.approvals where project = $1 and status = 'open' limit $2) found`,
    values: [project, limit],
  });
  return rows[0]?.count ?? 0;
}

/** Of these approvals, those on whose present arguments this person has said their word. */
export async function listSaid(
  tx: Transaction,
  project: string,
  account: string,
  approvals: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await tx.query<{ id: string }>({
    name: "list_said",
    text: `select a.id from steward.approvals a join steward.approval_decisions d on d.project = a.project and d.approval = a.id
      where a.project = $1 and a.id = any($3::uuid[]) and d.account = $2 and d.digest = coalesce(a.changed_digest, a.digest)`,
    values: [project, account, approvals],
  });
  return new Set(rows.map(({ id }) => id));
}

export interface DecisionRow {
  readonly account: string;
  readonly decision: "approve" | "reject";
  readonly digest: Buffer;
  readonly via: "page" | "api" | "mail" | "slack";
  /** Sealed under the purpose `approval` (`decisionRow`). */
  readonly note: Buffer | null;
  readonly at: number;
}

/** In the order in which they were made. */
export async function listDecisions(
  tx: Transaction,
  project: string,
  approval: string,
): Promise<readonly DecisionRow[]> {
  const { rows } = await tx.query<DecisionRow>({
    name: "list_decisions",
    text: `select account, decision, digest, via, note, at from steward.approval_decisions
      where project = $1 and approval = $2 order by at, account limit 1000`,
    values: [project, approval],
  });
  return rows;
}

/** False when this person has said their word on these arguments. After `lockApproval`. */
export async function insertDecision(
  tx: Transaction,
  project: string,
  approval: string,
  row: DecisionRow,
): Promise<boolean> {
  const { count } = await tx.query({
    name: "insert_decision",
    text: `insert into steward.approval_decisions (project, approval, account, decision, digest, via, note, at)
      values ($1, $2, $3, $4, $5, $6, $7, to_timestamp($8)) on conflict do nothing`,
    values: [project, approval, row.account, row.decision, row.digest, row.via, row.note, row.at / 1000],
  });
  return count === 1;
}

/**
 * Other arguments in their place: whoever is asked is to be asked anew, at once, by the messages that stand in channels
 * (`slackMark`). After `lockApproval`.
 */
export function setChanged(project: string, id: string, changed: Buffer, digest: Buffer, atMs: number): Statement {
  return {
    name: "set_approval_changed",
    text: `update steward.approvals set changed = $3, changed_digest = $4, due_at = to_timestamp($5),
        told = array(select t from unnest(told) t where t like 'slack %')
      where project = $1 and id = $2`,
    values: [project, id, changed, digest, atMs / 1000],
  };
}

/** Ends it, decided or not. After `lockApproval`. */
export function endApproval(
  project: string,
  id: string,
  status: "approved" | "rejected" | "expired" | "withdrawn",
  atMs: number,
): Statement {
  return {
    name: "end_approval",
    text: `update steward.approvals set status = $3::text, due_at = null,
        decided_at = case when $3::text in ('approved', 'rejected') then to_timestamp($4) end
      where project = $1 and id = $2 and status = 'open'`,
    values: [project, id, status, atMs / 1000],
  };
}

export interface DueApproval extends Scope {
  readonly id: string;
}

/** Of living projects those of which something is due, the longest first. As steward_dispatch. Index approvals_due. */
export async function listDueApprovals(
  dispatch: Database,
  nowMs: number,
  limit: number,
): Promise<readonly DueApproval[]> {
  const { rows } = await dispatch.query<DueApproval>({
    name: "list_due_approvals",
    text: `select a.organization, a.project, a.id from steward.approvals a
      join steward.projects p on p.id = a.project and p.deleted_at is null and p.shredded_at is null
      join steward.organizations o on o.id = a.organization and o.deleted_at is null
      where a.status = 'open' and a.due_at <= to_timestamp($1) order by a.due_at limit $2`,
    values: [nowMs / 1000, limit],
  });
  return rows;
}

/** What can't be attended to now is tried again later, and keeps no other waiting meanwhile. In the project's scope. */
export function postponeApproval(project: string, id: string, dueMs: number): Statement {
  return {
    name: "postpone_approval",
    text: "update steward.approvals set due_at = to_timestamp($3) where project = $1 and id = $2 and status = 'open'",
    values: [project, id, dueMs / 1000],
  };
}

/** Where a message of it stands, kept among what went out (`slackMark`); whatever became of the approval meanwhile. */
export function noteMessage(project: string, id: string, mark: string): Statement {
  return {
    name: "note_approval_message",
    text: "update steward.approvals set told = told || $3::text where project = $1 and id = $2 and not told @> array[$3::text]",
    values: [project, id, mark],
  };
}

/** What went out, and when the next of it is due. After `lockApproval`. */
export function setTold(project: string, id: string, told: readonly string[], dueMs: number): Statement {
  return {
    name: "set_approval_told",
    text: "update steward.approvals set told = told || $3::text[], due_at = to_timestamp($4) where project = $1 and id = $2",
    values: [project, id, told, dueMs / 1000],
  };
}
