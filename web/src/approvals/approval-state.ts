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
