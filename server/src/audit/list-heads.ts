import type { AuditHead } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import type { Database } from "../core/ports/database.ts";
import { listHeads } from "../store/audit-heads.ts";
import { organizationScope } from "../store/organizations.ts";
import { queryInScope } from "../store/scope.ts";

/** The signed heads, newest first. Throws `value_invalid` for a cursor that is none. */
export async function listAuditHeads(
  { database }: { readonly database: Database },
  organization: string,
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<{ readonly items: readonly AuditHead[]; readonly next: string | null }> {
  if (cursor !== undefined && !/^\d{1,15}$/.test(cursor))
    throw new AppError("value_invalid", "This cursor is not one of this list.", { field: "cursor" });
  const before = cursor === undefined ? null : Number(cursor);
  const scope = organizationScope(organization);
  const rows = await queryInScope(database, scope, listHeads(organization, { before, limit: limit + 1 }));
  const items = rows.slice(0, limit).map((head): AuditHead => ({
    seq: head.seq,
    signedAt: new Date(head.signedMs).toISOString(),
    digest: head.digest.toString("hex"),
    previous: head.previous.toString("hex"),
    state: head.state.toString("hex"),
    chains: head.chains,
    keyId: head.keyId,
    signature: head.signature.toString("hex"),
  }));
  return { items, next: rows.length > limit ? String(items.at(-1)!.seq) : null };
}
