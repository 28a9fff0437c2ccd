import type { Database } from "../src/core/ports/database.ts";
import { canonicalJson, type Json } from "../src/core/json.ts";
import { fitsAuditDigest } from "../src/core/audit-digest.ts";

interface Row {
  readonly organization: string;
  readonly chain: string;
  readonly seq: number;
  readonly recorded_at: number;
  readonly previous: Buffer;
  readonly digest: Buffer;
  readonly entries: Json;
}

/** Where the audit's chains are broken, in sentences: a batch missing, following another than the one before, or changed. */
export async function auditFaults(admin: Database): Promise<readonly string[]> {
  const { rows } = await admin.query<Row>({
    text: "select organization, chain, seq, recorded_at, previous, digest, entries from steward.audit_batches order by organization, chain, seq",
  });
  const faults: string[] = rows.length === 0 ? ["there is no audit"] : [];
  let before: { readonly chain: string; readonly seq: number; readonly digest: Buffer } | null = null;
  for (const row of rows) {
    const head: { readonly seq: number; readonly digest: Buffer } =
      before?.chain === row.chain ? before : { seq: 0, digest: Buffer.alloc(32) };
    if (row.seq !== head.seq + 1) faults.push(`audit chain ${row.chain} lacks batch ${head.seq + 1}`);
    if (!row.previous.equals(head.digest))
      faults.push(`audit batch ${row.chain}/${row.seq} does not follow the one before`);
    // jsonb keeps the value, not its text: the digest is over the canonical one.
    const link = { ...row, recordedMs: row.recorded_at, entries: canonicalJson(row.entries) };
    if (!fitsAuditDigest(link, row.digest)) faults.push(`audit batch ${row.chain}/${row.seq} does not fit its digest`);
    before = row;
  }
  return faults;
}
