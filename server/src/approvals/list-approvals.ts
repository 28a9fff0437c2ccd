import type { Approval, ApprovalCount, ApprovalSummary } from "@steward/sdk";
import { parseId } from "../core/id.ts";
import { knowing } from "../grants/grant-parts.ts";
import type { Transaction } from "../core/ports/database.ts";
import { cursorOf, type Page, type PageQuery } from "../people/page.ts";
import {
  type ApprovalFilter,
  type ApprovalRow,
  countAsked,
  countOpenApprovals,
  listApprovals as listRows,
  listAsked,
  listSaid,
  readApproval,
} from "../store/approvals.ts";
import { inScope } from "../store/scope.ts";
import type { ApprovalCaller, ApprovalParts } from "./approval-parts.ts";
import { readPeople } from "./person-in-project.ts";
import { approvalId, noApproval, shownApproval } from "./read-approval.ts";
import { showSummary, type Viewer } from "./show-approval.ts";

interface Query extends PageQuery {
  readonly status: ApprovalSummary["status"] | "all";
  readonly mine: "true" | "false";
  readonly run?: string | undefined;
  readonly flow?: string | undefined;
}

/** The newest first; with `mine` those open that wait for the caller's word. */
export async function listApprovals(
  parts: ApprovalParts,
  caller: ApprovalCaller,
  query: Query,
): Promise<Page<ApprovalSummary>> {
  const { limit, status, flow = null } = query;
  const run = query.run === undefined ? null : parseId("run", query.run);
  if (query.run !== undefined && run === null) return { items: [], next: null };
  const filter = {
    status: status === "all" ? null : status,
    run,
    flow,
    before: cursorOf("apr", query),
    limit: limit + 1,
  };
  const keys = caller.permissions.has("run.read") ? (await parts.projects.get(caller.scope)).keys : null;
  return await inScope(parts.database, caller.scope, async (tx) => {
    const viewer = await viewerOf(parts, tx, caller);
    const rows =
      query.mine === "true"
        ? await asked(tx, caller, viewer, filter)
        : await listRows(tx, caller.scope.project, filter);
    const page = rows.slice(0, limit);
    const said = await saidBy(tx, caller, page);
    const items = page.map((row) => showSummary(row, viewer, said.has(row.id), keys));
    return { items, next: rows.length > limit ? items.at(-1)!.id : null };
  });
}

/** Counted so far at most. */
const COUNTED_MAX = 100;

/** How many wait, for the caller and for anybody. */
export async function countApprovals(parts: ApprovalParts, caller: ApprovalCaller): Promise<ApprovalCount> {
  const { project } = caller.scope;
  return await inScope(parts.database, caller.scope, async (tx) => {
    const { person, mayDecide, nowMs } = await viewerOf(parts, tx, caller);
    const open = await countOpenApprovals(tx, project, COUNTED_MAX);
    const asks = open > 0 && person !== null && mayDecide;
    const about = asks && { account: person.account, texts: [...person.texts], nowMs };
    return { mine: about ? await countAsked(tx, project, about, COUNTED_MAX) : 0, open };
  });
}

async function asked(
  tx: Transaction,
  { scope }: ApprovalCaller,
  { person, mayDecide, nowMs }: Viewer,
  filter: ApprovalFilter,
): Promise<readonly ApprovalRow[]> {
  if (person === null || !mayDecide || (filter.status !== null && filter.status !== "open")) return [];
  return await listAsked(tx, scope.project, filter, { account: person.account, texts: [...person.texts], nowMs });
}

async function saidBy(
  tx: Transaction,
  { scope, account }: ApprovalCaller,
  rows: readonly ApprovalRow[],
): Promise<ReadonlySet<string>> {
  if (account === null || rows.length === 0) return new Set();
  return await listSaid(
    tx,
    scope.project,
    account,
    rows.map(({ id }) => id),
  );
}

/** One approval, with what would be sent for whoever may see runs. Throws `not_found`. */
export async function getApproval(parts: ApprovalParts, caller: ApprovalCaller, shown: string): Promise<Approval> {
  const { scope, permissions } = caller;
  const id = approvalId(shown);
  const { keys } = await parts.projects.get(scope);
  const known = await knowing(parts, scope);
  return await inScope(parts.database, scope, async (tx) => {
    const row = await readApproval(tx, scope.project, id);
    if (row === null) throw noApproval(shown);
    const viewer = await viewerOf(parts, tx, caller);
    return await shownApproval(known, tx, row, { ...viewer, scope, keys, permissions });
  });
}

/** The caller as they stand now. */
export async function viewerOf(
  { clock }: Pick<ApprovalParts, "clock">,
  tx: Transaction,
  { scope, account, permissions }: Pick<ApprovalCaller, "scope" | "account" | "permissions">,
): Promise<Viewer> {
  const people = await readPeople(tx, scope, account === null ? [] : [account]);
  return {
    person: people.get(account ?? "") ?? null,
    mayDecide: permissions.has("approval.decide"),
    nowMs: clock.nowMs(),
  };
}
