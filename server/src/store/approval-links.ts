/** Links by which mail is answered: each for one person, one approval and the arguments that it was sent for. */
import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import type { Scope } from "./scope.ts";

export interface ApprovalLinkRow {
  readonly approval: string;
  readonly account: string;
  readonly digest: Buffer;
  readonly expiresAt: number;
  readonly usedAt: number | null;
}

export function insertApprovalLink(project: string, hash: Buffer, row: Omit<ApprovalLinkRow, "usedAt">): Statement {
  return {
    name: "insert_approval_link",
    text: `insert into steward.approval_links (project, hash, approval, account, digest, expires_at)
      values ($1, $2, $3, $4, $5, to_timestamp($6))`,
    values: [project, hash, row.approval, row.account, row.digest, row.expiresAt / 1000],
  };
}

/** Where a link leads, whatever became of it. As steward_dispatch. Unique index on hash. */
export async function findLinkScope(dispatch: Database, hash: Buffer): Promise<Scope | null> {
  const { rows } = await dispatch.query<Scope>({
    name: "find_link_scope",
    text: `select p.organization, l.project from steward.approval_links l
      join steward.projects p on p.id = l.project and p.deleted_at is null and p.shredded_at is null
      join steward.organizations o on o.id = p.organization and o.deleted_at is null
      where l.hash = $1`,
    values: [hash],
  });
  return rows[0] ?? null;
}

/** In the project's scope; with `lock` nobody else uses it until the transaction ends. */
export async function readApprovalLink(
  tx: Transaction,
  project: string,
  hash: Buffer,
  lock: boolean,
): Promise<ApprovalLinkRow | null> {
  const { rows } = await tx.query<ApprovalLinkRow>({
    name: lock ? "lock_approval_link" : "read_approval_link",
    text: `select approval, account, digest, expires_at as "expiresAt", used_at as "usedAt" from steward.approval_links
      where project = $1 and hash = $2${lock ? " for update" : ""}`,
    values: [project, hash],
  });
  return rows[0] ?? null;
}

/** One link of a person serves for all that they were mailed of an approval: the others are used up with it. */
export function useApprovalLinks(project: string, approval: string, account: string, atMs: number): Statement {
  return {
    name: "use_approval_links",
    text: `update steward.approval_links set used_at = to_timestamp($4)
      where project = $1 and approval = $2 and account = $3 and used_at is null`,
    values: [project, approval, account, atMs / 1000],
  };
}
