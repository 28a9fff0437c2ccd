/** The signed heads of the audit, in the scope of their organization (0006_audit.sql says how they are made). */
import type { AuditPosition, SignedAuditHead } from "../core/audit-head.ts";
import type { Database, Statement, Transaction } from "../core/ports/database.ts";

/** A head without the chains it names. */
export type HeadRow = Omit<SignedAuditHead, "chains" | "organization">;
/** As a list shows it. */
export type HeadFacts = HeadRow & { readonly chains: number };

const HEAD = `seq, signed_at as "signedMs", previous, state, digest, key_id as "keyId", signature`;

/** Whoever holds it signs; the others find its head. Until the transaction ends. False when another holds it and `wait` is false. */
export async function lockHeads(tx: Transaction, organization: string, wait: boolean): Promise<boolean> {
  const { rows } = await tx.query<{ mine: boolean }>({
    name: wait ? "lock_heads" : "try_lock_heads",
    text: wait
      ? "select true as mine from (select pg_advisory_xact_lock(hashtextextended($1::text, 7788004))) locked"
      : "select pg_try_advisory_xact_lock(hashtextextended($1::text, 7788004)) as mine",
    values: [organization],
  });
  return rows[0]?.mine === true;
}

export async function readLastHead(tx: Transaction, organization: string): Promise<HeadRow | null> {
  const { rows } = await tx.query<HeadRow>({
    name: "read_last_head",
    text: `select ${HEAD} from steward.audit_heads where organization = $1 order by seq desc limit 1`,
    values: [organization],
  });
  return rows[0] ?? null;
}

/** A chain's last batch, and up to which the heads cover it. */
export interface ChainEnd extends AuditPosition {
  readonly signed: number;
}

/**
 * Chains that don't stand where the heads say. Walks the primary key backwards, one probe a chain, whatever the number of
 * batches (6 ms for 1,000 chains of a million entries).
 */
export async function readUnsigned(tx: Transaction, organization: string, limit: number): Promise<readonly ChainEnd[]> {
  const { rows } = await tx.query<ChainEnd>({
    name: "read_unsigned",
    text: `with recursive ends as (
        (select chain, seq, digest from steward.audit_batches where organization = $1 order by chain desc, seq desc limit 1)
        union all
        select next.chain, next.seq, next.digest from ends cross join lateral (
          select chain, seq, digest from steward.audit_batches
          where organization = $1 and chain < ends.chain order by chain desc, seq desc limit 1) next)
      select ends.chain, ends.seq, ends.digest, coalesce(signed.seq, 0) as signed from ends
      left join lateral (select seq from steward.audit_head_chains
        where organization = $1 and chain = ends.chain order by head desc limit 1) signed on true
      where ends.seq is distinct from signed.seq order by ends.chain limit $2`,
    values: [organization, limit],
  });
  return rows;
}

/** Where all chains stood as of a head, by chain. One probe a chain. */
export async function readPositions(
  tx: Transaction,
  organization: string,
  head: number,
): Promise<readonly AuditPosition[]> {
  const { rows } = await tx.query<AuditPosition>({
    name: "read_positions",
    text: `with recursive chains as (
        (select chain from steward.audit_head_chains where organization = $1 order by chain limit 1)
        union all
        select next.chain from chains cross join lateral (select chain from steward.audit_head_chains
          where organization = $1 and chain > chains.chain order by chain limit 1) next)
      select chains.chain, at.seq, at.digest from chains cross join lateral (
        select seq, digest from steward.audit_head_chains
        where organization = $1 and chain = chains.chain and head <= $2 order by head desc limit 1) at
      order by chains.chain`,
    values: [organization, head],
  });
  return rows;
}

/** Of a head that is to be inserted, the chains; before their state is read. */
export function insertHeadChains(organization: string, head: number, chains: readonly AuditPosition[]): Statement {
  return {
    name: "insert_head_chains",
    text: `insert into steward.audit_head_chains (organization, head, chain, seq, digest)
      select $1, $2, * from unnest($3::uuid[], $4::bigint[], $5::bytea[])`,
    values: [
      organization,
      head,
      chains.map((one) => one.chain),
      chains.map((one) => one.seq),
      chains.map((one) => one.digest),
    ],
  };
}

export function insertHead(organization: string, head: HeadRow): Statement {
  return {
    name: "insert_head",
    text: `insert into steward.audit_heads (organization, seq, signed_at, previous, state, digest, key_id, signature)
      values ($1, $2, to_timestamp($3), $4, $5, $6, $7, $8)`,
    values: [
      organization,
      head.seq,
      head.signedMs / 1000,
      head.previous,
      head.state,
      head.digest,
      head.keyId,
      head.signature,
    ],
  };
}

/** Newest first, before the one given. */
export function listHeads(
  organization: string,
  page: { readonly before: number | null; readonly limit: number },
): Statement<HeadFacts> {
  return {
    name: "list_heads",
    text: `select ${HEAD}, (select count(*) from steward.audit_head_chains c
        where c.organization = h.organization and c.head = h.seq) as chains
      from steward.audit_heads h where organization = $1 and ($2::bigint is null or seq < $2) order by seq desc limit $3`,
    values: [organization, page.before, page.limit],
  };
}

/** Heads after one, up to another, with the chains they name, in order. */
export async function readHeads(
  tx: Transaction,
  organization: string,
  page: { readonly after: number; readonly upTo: number; readonly limit: number },
): Promise<readonly SignedAuditHead[]> {
  const { rows } = await tx.query<HeadRow & { chain: string | null; at: number; ends: Buffer }>({
    name: "read_heads",
    text: `select h.seq, h.signed_at as "signedMs", h.previous, h.state, h.digest, h.key_id as "keyId", h.signature,
        c.chain, c.seq as at, c.digest as ends
      from (select * from steward.audit_heads where organization = $1 and seq > $2 and seq <= $3 order by seq limit $4) h
      left join steward.audit_head_chains c on c.organization = h.organization and c.head = h.seq
      order by h.seq, c.chain`,
    values: [organization, page.after, page.upTo, page.limit],
  });
  const heads: (SignedAuditHead & { chains: AuditPosition[] })[] = [];
  for (const { chain, at, ends, ...head } of rows) {
    if (heads.at(-1)?.seq !== head.seq) heads.push({ ...head, organization, chains: [] });
    if (chain !== null) heads.at(-1)!.chains.push({ chain, seq: at, digest: ends });
  }
  return heads;
}

/** The last head no later than a moment, or the first no earlier than it; null when there is none. */
export async function findHeadAt(
  tx: Transaction,
  organization: string,
  atMs: number,
  side: "last_before" | "first_after",
): Promise<number | null> {
  const { rows } = await tx.query<{ seq: number }>({
    name: `find_head_${side}`,
    text:
      side === "last_before"
        ? "select seq from steward.audit_heads where organization = $1 and signed_at <= to_timestamp($2) order by seq desc limit 1"
        : "select seq from steward.audit_heads where organization = $1 and signed_at >= to_timestamp($2) order by seq limit 1",
    values: [organization, atMs / 1000],
  });
  return rows[0]?.seq ?? null;
}

/** Organizations by id, after the one given: of all tenants, as steward_dispatch. */
export async function listOrganizationIds(
  dispatch: Database,
  after: string | null,
  limit: number,
): Promise<readonly string[]> {
  const { rows } = await dispatch.query<{ id: string }>({
    name: "list_organization_ids",
    text: "select id from steward.organizations where $1::uuid is null or id > $1 order by id limit $2",
    values: [after, limit],
  });
  return rows.map((row) => row.id);
}
