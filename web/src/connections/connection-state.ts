import type { Connection, Receipt } from "@steward/sdk";

/** The shapes that show how a connection is, and how far a revocation. */
export const CONNECTION_STATE = {
  pending: "waiting",
  active: "done",
  reauth_required: "failed",
  disconnected: "cancelled",
} as const satisfies Record<Connection["status"], string>;

export const RECEIPT_STATE = {
  waiting: "waiting",
  confirmed: "done",
  unsupported: "in_doubt",
  failed: "failed",
} as const satisfies Record<Receipt["status"], string>;
