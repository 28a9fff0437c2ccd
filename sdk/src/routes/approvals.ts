import { z } from "zod";
import { page } from "../api.ts";
import * as api from "../api/approvals.ts";
import { Slug } from "../flow-file.ts";
import { paging, type Route } from "../route.ts";

const approval = z.object({ approval: z.string().max(64) });

/** What waits for a person's word, and their word on it. */
export const approvalRoutes = {
  listApprovals: {
    method: "GET",
    path: "/v1/approvals",
    summary: "Approvals, the newest first: those that are open unless status says otherwise",
    access: { in: "project", needs: "approval.read" },
    query: z.object({
      ...paging,
      status: z.enum(["all", ...api.ApprovalStatus.options]).default("open"),
      mine: z.enum(["true", "false"]).default("false"),
      run: z.string().max(64).optional(),
      flow: Slug.optional(),
    }),
    answers: { 200: page(api.ApprovalSummary) },
  },
  countApprovals: {
    method: "GET",
    path: "/v1/approvals/count",
    summary: "How many approvals are open, and how many of them wait for the caller; each counted up to 100",
    access: { in: "project", needs: "approval.read" },
    answers: { 200: api.ApprovalCount },
  },
  getApproval: {
    method: "GET",
    path: "/v1/approvals/{approval}",
    summary: "An approval; what would be sent is shown to whoever may see runs",
    access: { in: "project", needs: "approval.read" },
    params: approval,
    answers: { 200: api.Approval },
  },
  decideApproval: {
    method: "POST",
    path: "/v1/approvals/{approval}/decision",
    summary: "Approve, approve with other arguments, or reject; for a person whom it asks, once",
    access: { in: "project", needs: "approval.decide" },
    params: approval,
    body: api.Decide,
    answers: { 200: api.Approval },
    problems: ["conflict", "precondition_failed"],
  },
  lookAtApproval: {
    method: "POST",
    path: "/v1/approval-links/look",
    summary: "What the link of a mail asks to approve",
    access: { in: "open" },
    body: api.LookAtApproval,
    answers: { 200: api.ApprovalByLink },
    problems: ["token_invalid"],
  },
  decideByLink: {
    method: "POST",
    path: "/v1/approval-links/decide",
    summary: "Approve or reject by the link of a mail, once",
    access: { in: "open" },
    body: api.DecideByLink,
    answers: { 200: api.ApprovalByLink },
    problems: ["token_invalid", "conflict", "precondition_failed"],
  },
} as const satisfies Record<string, Route>;
