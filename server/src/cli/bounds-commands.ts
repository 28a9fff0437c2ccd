import { addApprovalApprove } from "./approval-approve.ts";
import { addApprovalCount } from "./approval-count.ts";
import { addApprovalList } from "./approval-list.ts";
import { addApprovalReject } from "./approval-reject.ts";
import { addApprovalShow } from "./approval-show.ts";
import { addBudgetChange } from "./budget-change.ts";
import { addBudgetEnd } from "./budget-end.ts";
import { addBudgetList } from "./budget-list.ts";
import { addBudgetSet } from "./budget-set.ts";
import { addGrantChange } from "./grant-change.ts";
import { addGrantGive } from "./grant-give.ts";
import { addGrantList } from "./grant-list.ts";
import { addGrantRevoke } from "./grant-revoke.ts";
import { addGrantShow } from "./grant-show.ts";
import { addGrantTry } from "./grant-try.ts";
import { addGrantVersions } from "./grant-versions.ts";
import type { Group } from "./group.ts";
import { addLimitChange } from "./limit-change.ts";
import { addLimitEnd } from "./limit-end.ts";
import { addLimitList } from "./limit-list.ts";
import { addLimitSet } from "./limit-set.ts";
import { addLimitVersions } from "./limit-versions.ts";

/** Commands for what flows and agents may do, and spend. */
export const BOUNDS: readonly Group[] = [
  {
    name: "grant",
    summary: "who may do what with which connection",
    commands: [addGrantGive, addGrantList, addGrantShow, addGrantChange, addGrantRevoke, addGrantVersions, addGrantTry],
  },
  {
    name: "limit",
    summary: "what binds every grant",
    commands: [addLimitList, addLimitSet, addLimitChange, addLimitEnd, addLimitVersions],
  },
  {
    name: "approval",
    summary: "what waits for a person's word",
    commands: [addApprovalList, addApprovalCount, addApprovalShow, addApprovalApprove, addApprovalReject],
  },
  {
    name: "budget",
    summary: "what may be spent, and what was",
    commands: [addBudgetList, addBudgetSet, addBudgetChange, addBudgetEnd],
  },
];
