/** What flushes do to approvals of the runs they write, whose places in the queue they have locked. */
import type { Statement } from "../core/ports/database.ts";

export interface UsedRow {
  readonly used: string;
}

/**
 * Uses an approval up: one row, unless it has ended or is of other arguments. Said again for the same run it is the
 * repetition of the same effect, for each record that asks has an approval of its own.
 */
export function useApproval(
  project: string,
  run: string,
  { id, digest }: { readonly id: string; readonly digest: Buffer },
  atMs: number,
): Statement<UsedRow> {
  return {
    name: "use_approval",
    text: `update steward.approvals set status = 'used', used_at = coalesce(used_at, to_timestamp($5))
      where project = $1 and id = $2 and run = $3 and coalesce(changed_digest, digest) = $4 and status in ('approved', 'used')
      returning id as used`,
    values: [project, id, run, digest, atMs / 1000],
  };
}

/**
 * Ends those that nobody needs any more; what was decided otherwise or used stays as it is, and so does the word on a step,
 * which was all that it was asked for.
 */
export function withdrawApprovals(project: string, run: string, ids: readonly string[]): Statement {
  return {
    name: "withdraw_approvals",
    text: `update steward.approvals set status = 'withdrawn', due_at = null
      where project = $1 and run = $2 and id = any($3::uuid[])
        and (status = 'open' or (status = 'approved' and kind = 'effect'))`,
    values: [project, run, ids],
  };
}
