/** Where organizations' audit is sent, and how far it was taken there. In the scope of their organization. */
import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import type { AuditBatchRow } from "./audit.ts";
import { organizationScope } from "./organizations.ts";
import { inScope } from "./scope.ts";

export interface NewSink {
  readonly organization: string;
  readonly id: string;
  readonly kind: "syslog" | "http";
  readonly address: string;
  /** Sealed under the installation's own keys; null for none. */
  readonly secret: Buffer | null;
  readonly createdAt: number;
  /** The member's id. */
  readonly createdBy: string;
}

export interface SinkRow extends NewSink {
  readonly dueAt: number;
  readonly failures: number;
  readonly lastError: string | null;
  readonly lastErrorAt: number | null;
  readonly sent: number;
  readonly sentAt: number | null;
}

const ROW = `organization, id, kind, address, secret, created_at as "createdAt", created_by as "createdBy", due_at as "dueAt",
  failures, last_error as "lastError", last_error_at as "lastErrorAt", sent, sent_at as "sentAt"`;

export function insertSink(sink: NewSink): Statement {
  return {
    name: "insert_sink",
    text: `insert into steward.audit_sinks (organization, id, kind, address, secret, created_at, created_by, due_at)
      values ($1, $2, $3, $4, $5, to_timestamp($6), $7, to_timestamp($6))`,
    values: [sink.organization, sink.id, sink.kind, sink.address, sink.secret, sink.createdAt / 1000, sink.createdBy],
  };
}

/** Every chain's last batch, walking the primary key backwards: one probe a chain. */
const ENDS = `recursive ends as (
    (select chain, seq from steward.audit_batches where organization = $1 order by chain desc, seq desc limit 1)
    union all
    select next.chain, next.seq from ends cross join lateral (select chain, seq from steward.audit_batches
      where organization = $1 and chain < ends.chain order by chain desc, seq desc limit 1) next)`;

/** Lets a new sink begin after what is in the log by now. */
export function skipToEnds(organization: string, sink: string): Statement {
  return {
    name: "skip_to_ends",
    text: `with ${ENDS} insert into steward.audit_sink_positions (organization, sink, chain, seq)
      select $1, $2, chain, seq from ends`,
    values: [organization, sink],
  };
}

/** By age. There are few: their number is limited. */
export async function listSinks(tx: Transaction, organization: string): Promise<readonly SinkRow[]> {
  const { rows } = await tx.query<SinkRow>({
    name: "list_sinks",
    text: `select ${ROW} from steward.audit_sinks where organization = $1 order by id`,
    values: [organization],
  });
  return rows;
}

/** With its positions. False when there was none. */
export async function deleteSink(tx: Transaction, organization: string, id: string): Promise<boolean> {
  const { count } = await tx.query({
    name: "delete_sink",
    text: "delete from steward.audit_sinks where organization = $1 and id = $2",
    values: [organization, id],
  });
  return count === 1;
}

/** Of all organizations, the longest due first. As steward_dispatch; index audit_sinks_due. */
export async function findDueSinks(
  dispatch: Database,
  nowMs: number,
  limit: number,
): Promise<readonly Pick<SinkRow, "organization" | "id">[]> {
  const { rows } = await dispatch.query<Pick<SinkRow, "organization" | "id">>({
    name: "find_due_sinks",
    text: "select organization, id from steward.audit_sinks where due_at <= to_timestamp($1) order by due_at limit $2",
    values: [nowMs / 1000, limit],
  });
  return rows;
}

/** Takes a due sink until `untilMs`, unless another process took it first; then null. */
export async function claimSink(
  database: Database,
  organization: string,
  id: string,
  nowMs: number,
  untilMs: number,
): Promise<SinkRow | null> {
  return await inScope(database, organizationScope(organization), async (tx) => {
    const { rows } = await tx.query<SinkRow>({
      name: "claim_sink",
      text: `update steward.audit_sinks set due_at = to_timestamp($4)
        where organization = $1 and id = $2 and due_at <= to_timestamp($3) returning ${ROW}`,
      values: [organization, id, nowMs / 1000, untilMs / 1000],
    });
    return rows[0] ?? null;
  });
}

/** Batches that the sink has not taken, each chain in order; fewer than `limit` when these are all. `offset 0`: see `readCoveredBatches`. */
export async function readUntaken(
  tx: Transaction,
  organization: string,
  sink: string,
  limit: number,
): Promise<readonly AuditBatchRow[]> {
  const { rows } = await tx.query<AuditBatchRow>({
    name: "read_untaken",
    text: `with ${ENDS}
      select b.organization, b.chain, b.seq, b.recorded_at as "recordedMs", b.previous, b.digest, b.entries
      from ends cross join lateral (select coalesce((select seq from steward.audit_sink_positions
        where organization = $1 and sink = $2 and chain = ends.chain), 0) as seq offset 0) taken
      cross join lateral (select * from steward.audit_batches where organization = $1 and chain = ends.chain
        and seq > taken.seq order by seq limit $3) b
      where ends.seq > taken.seq limit $3`,
    values: [organization, sink, limit],
  });
  return rows;
}

/** What became of a turn: when it is looked at next, what it took, why it failed. */
export interface SinkOutcome {
  readonly dueAt: number;
  readonly failures: number;
  /** Null leaves what the last failure said. */
  readonly error: { readonly code: string; readonly atMs: number } | null;
  readonly taken: {
    readonly entries: number;
    readonly atMs: number;
    readonly ends: ReadonlyMap<string, number>;
  } | null;
}

/** False when the sink is gone. */
export async function settleSink(
  database: Database,
  { organization, id }: Pick<SinkRow, "organization" | "id">,
  { dueAt, failures, error, taken }: SinkOutcome,
): Promise<boolean> {
  return await inScope(database, organizationScope(organization), async (tx) => {
    const { count } = await tx.query({
      name: "settle_sink",
      text: `update steward.audit_sinks set due_at = to_timestamp($3), failures = $4,
          last_error = coalesce($5, last_error), last_error_at = coalesce(to_timestamp($6::float8), last_error_at),
          sent = sent + $7, sent_at = coalesce(to_timestamp($8::float8), sent_at)
        where organization = $1 and id = $2`,
      values: [
        organization,
        id,
        dueAt / 1000,
        failures,
        error?.code ?? null,
        error === null ? null : error.atMs / 1000,
        taken?.entries ?? 0,
        taken === null ? null : taken.atMs / 1000,
      ],
    });
    if (count === 0 || taken === null) return count === 1;
    await tx.query({
      name: "move_sink",
      text: `insert into steward.audit_sink_positions (organization, sink, chain, seq)
        select $1, $2, * from unnest($3::uuid[], $4::bigint[])
        on conflict (organization, sink, chain) do update set seq = greatest(audit_sink_positions.seq, excluded.seq)`,
      values: [organization, id, [...taken.ends.keys()], [...taken.ends.values()]],
    });
    return true;
  });
}
