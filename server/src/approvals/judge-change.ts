import type { KnownAction } from "../core/actions/known-action.ts";
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import type { JsonObject } from "../core/json.ts";
import { decide } from "../core/policy/decide.ts";
import type { ConnectionRef, PolicyRequest } from "../core/policy/decision.ts";
import type { Transaction } from "../core/ports/database.ts";
import type { PolicyInForce } from "../grants/grant-parts.ts";
import { type ApprovalRefs, readApprovalRefs } from "../store/approval-refs.ts";
import type { ApprovalRow } from "../store/approvals.ts";
import type { Scope } from "../store/scope.ts";

/**
 * Refuses what a person wants to be sent instead where the gate would, while it can still be mended: by the same function,
 * asked as the run that waits. What only the gate knows, as what it costs and whom it would ask, is left to it. Throws
 * `value_invalid` with the sentence that refuses.
 */
export async function judgeChange(
  tx: Transaction,
  { project }: Scope,
  row: ApprovalRow,
  change: { readonly action: KnownAction; readonly arguments: JsonObject },
  { policy }: PolicyInForce,
  nowMs: number,
): Promise<void> {
  const refs = await readApprovalRefs(tx, project, row);
  const decision = decide(requestOf(row, refs, change), policy, nowMs);
  if (decision.kind === "allowed") return;
  const field = "arguments";
  const { message } = decision;
  throw new AppError("value_invalid", `${field}: ${message}`, { field, issues: [{ field, message }] });
}

/** As `judgeEffect` of the gate has it. */
function requestOf(
  row: ApprovalRow,
  refs: ApprovalRefs,
  { action, arguments: given }: { readonly action: KnownAction; readonly arguments: JsonObject },
): PolicyRequest {
  const member = refs.starter === null ? null : `member:${showId("acc", refs.starter)}`;
  const asThemselves = member !== null && refs.owner === refs.starter;
  return {
    principals: [`flow:${row.flow}`, ...(asThemselves ? [member] : []), "project"],
    boundAs: member === null ? [] : [member],
    connection: refOf(refs),
    action: action.id,
    class: action.classOf(given),
    destination: action.destination,
    arguments: given,
    // These say whether a person is asked, and one has been.
    literal: new Set(action.destination),
    tainted: false,
    known: true,
    estimate: null,
  };
}

function refOf({ connection, credential }: ApprovalRefs): ConnectionRef | null {
  if (connection !== null) return { kind: "connection", slug: connection };
  return credential === null ? null : { kind: "credential", slug: credential };
}
