import { decideByLink, lookAtApproval } from "../approvals/approval-link.ts";
import { decideApproval } from "../approvals/decide-approval.ts";
import { countApprovals, getApproval, listApprovals } from "../approvals/list-approvals.ts";
import type { HttpParts } from "./http-parts.ts";
import type { Handlers } from "./route-call.ts";

type ApprovalRoutes =
  | "listApprovals"
  | "countApprovals"
  | "getApproval"
  | "decideApproval"
  | "lookAtApproval"
  | "decideByLink";

/** What waits for a person's word. */
export function approvalHandlers(parts: HttpParts): Pick<Handlers, ApprovalRoutes> {
  return {
    listApprovals: async ({ principal, query }) => ({
      status: 200,
      body: await listApprovals(parts, principal, query),
    }),
    countApprovals: async ({ principal }) => ({ status: 200, body: await countApprovals(parts, principal) }),
    getApproval: async ({ principal, params }) => ({
      status: 200,
      body: await getApproval(parts, principal, params.approval),
    }),
    decideApproval: async ({ principal, params, body }) => ({
      status: 200,
      body: await decideApproval(parts, principal, params.approval, body),
    }),
    lookAtApproval: async ({ body }) => ({ status: 200, body: await lookAtApproval(parts, body.token) }),
    decideByLink: async ({ body }) => ({ status: 200, body: await decideByLink(parts, body) }),
  };
}
