import type { Party } from "../core/policy/decision.ts";
import type { Database } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

/** An approval as the gate compares it with the effect that is asked for under it. */
export interface GivenApprovalRow {
  readonly run: string;
  readonly action: string;
  readonly connection: string | null;
  readonly digest: Buffer;
  /** Of the arguments that it was approved with, where they were changed. */
  readonly changedDigest: Buffer | null;
  readonly status: "open" | "approved" | "rejected" | "expired" | "withdrawn" | "used";
  readonly parties: readonly Party[];
}

/** One probe of the primary key. */
export async function findGivenApproval(
  database: Database,
  scope: Scope,
  id: string,
): Promise<GivenApprovalRow | null> {
  const rows = await queryInScope<GivenApprovalRow>(database, scope, {
    name: "find_given_approval",
    text: `select run, action, connection, digest, changed_digest as "changedDigest", status, parties
      from steward.approvals where project = $1 and id = $2`,
    values: [scope.project, id],
  });
  return rows[0] ?? null;
}
