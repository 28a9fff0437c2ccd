/** One approval with all that is shown of it, in the transaction that asks. */
import type { Approval } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { parseId, showId } from "../core/id.ts";
import type { Transaction } from "../core/ports/database.ts";
import { lineSentence } from "../grants/line-sentence.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import type { Permissions } from "../people/permissions-of.ts";
import { type ApprovalRow, listDecisions } from "../store/approvals.ts";
import { readNames } from "../store/names.ts";
import type { Scope } from "../store/scope.ts";
import type { KnowingApprovalParts } from "./approval-parts.ts";
import { showApproval, type Viewer } from "./show-approval.ts";

export function noApproval(shown: string): AppError {
  return new AppError("not_found", `There is no approval ${shown} here.`);
}

/** The UUID behind a shown id; throws the same for what is no id as for what nobody has. */
export function approvalId(shown: string): string {
  const id = parseId("apr", shown);
  if (id === null) throw noApproval(shown);
  return id;
}

export interface Seen extends Viewer {
  readonly scope: Scope;
  readonly keys: ProjectKeys;
  /** What the call may see. */
  readonly permissions: Permissions;
}

/** What `row` says, to whoever may see approvals; what would be sent only to whoever may see runs. */
export async function shownApproval(
  { actions }: Pick<KnowingApprovalParts, "actions">,
  tx: Transaction,
  row: ApprovalRow,
  seen: Seen,
): Promise<Approval> {
  const { scope, keys, permissions } = seen;
  const decisions = await listDecisions(tx, scope.project, row.id);
  const accounts = permissions.has("member.read") ? decisions.map(({ account }) => account) : [];
  const named = await readNames(tx, scope.organization, { mem: [], acc: accounts, prj: [], rol: [] });
  const of = row.reasons.find((reason) => reason.of !== null)?.of ?? null;
  const sentence = of === null ? null : await lineSentence(tx, scope, of, { permissions, actions });
  const names = new Map(named.map(({ id, name }) => [id, name]));
  return showApproval(row, seen, { keys, seesContent: permissions.has("run.read"), sentence, decisions, names });
}

/** How an answer names an approval. */
export function shownId({ id }: Pick<ApprovalRow, "id">): string {
  return showId("apr", id);
}
