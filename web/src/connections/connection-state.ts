import type { Connection, Receipt } from "@steward/sdk";
import { say } from "../language.ts";
import type { State } from "../ui/StateBadge.tsx";

/** The shapes that show how a connection is, and how far a revocation. */
const CONNECTION_STATE = {
  pending: "waiting",
  active: "done",
  reauth_required: "failed",
  disconnected: "cancelled",
} as const satisfies Record<Connection["status"], string>;

/** What is shown of how it is: one that is kept and does not answer is not shown as connected. */
export function connectionState({ status, errorCode }: Pick<Connection, "status" | "errorCode">): {
  readonly state: State;
  readonly label: string;
} {
  const { connections: words } = say;
  if (status !== "active" || errorCode === null)
    return { state: CONNECTION_STATE[status], label: words.status[status] };
  return { state: "in_doubt", label: errorCode === "provider_unavailable" ? words.notReached : words.notWorking };
}

export const RECEIPT_STATE = {
  waiting: "waiting",
  confirmed: "done",
  unsupported: "in_doubt",
  failed: "failed",
} as const satisfies Record<Receipt["status"], string>;
