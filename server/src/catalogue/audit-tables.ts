/** The audit log's heads, and where it is sent. Numbers 41 to 49. */
import { open, table, years, type Table } from "./declare.ts";

export const auditTables = {
  audit_heads: table(41, "audit_heads", "organization", years(7), true, {
    organization: [1, "fact"],
    seq: [2, "fact"],
    signed_at: [3, "fact"],
    previous: [4, "fact"],
    state: [5, "fact"],
    digest: [6, "fact"],
    key_id: [7, "fact"],
    signature: [8, "fact"],
  }),
  audit_head_chains: table(42, "audit_head_chains", "organization", years(7), true, {
    organization: [1, "fact"],
    chain: [2, "fact"],
    head: [3, "fact"],
    seq: [4, "fact"],
    digest: [5, "fact"],
  }),
  audit_sinks: table(43, "audit_sinks", "organization", open, true, {
    organization: [1, "fact"],
    id: [2, "fact"],
    kind: [3, "fact"],
    address: [4, "label"],
    secret: [5, "secret", "project"],
    created_at: [6, "fact"],
    created_by: [7, "fact"],
    due_at: [8, "fact"],
    failures: [9, "fact"],
    last_error: [10, "fact"],
    last_error_at: [11, "fact"],
    sent: [12, "fact"],
    sent_at: [13, "fact"],
  }),
  audit_sink_positions: table(44, "audit_sink_positions", "organization", open, false, {
    organization: [1, "fact"],
    sink: [2, "fact"],
    chain: [3, "fact"],
    seq: [4, "fact"],
  }),
} as const satisfies Record<string, Table>;
