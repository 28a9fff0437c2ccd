import type { ApprovalSummary } from "@steward/sdk";

/** The shape that shows how an approval is. */
export const APPROVAL_STATE = {
  open: "waiting",
  approved: "done",
  used: "done",
  rejected: "failed",
  expired: "cancelled",
  withdrawn: "skipped",
} as const satisfies Record<ApprovalSummary["status"], string>;

/** Its words in the language: what was approved and then ended without being done is told apart from what nobody decided. */
export function approvalWord({
  status,
  decidedAt,
}: Pick<ApprovalSummary, "status" | "decidedAt">): ApprovalSummary["status"] | "notDone" {
  return status === "withdrawn" && decidedAt !== null ? "notDone" : status;
}
