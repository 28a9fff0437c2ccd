import type { Decide } from "@steward/sdk";
import { type KnownAction, readArguments } from "../core/actions/known-action.ts";
import { AppError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { Transaction } from "../core/ports/database.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import type { ApprovalRow } from "../store/approvals.ts";
import { readCredentialOfGrant } from "../store/connection-refs.ts";
import type { Scope } from "../store/scope.ts";
import type { KnowingApprovalParts } from "./approval-parts.ts";
import { digestOf } from "./sealed-approval.ts";
import { presentDigest } from "./show-approval.ts";

/** Canonical, with the digest that the run is told. */
export interface Change {
  readonly arguments: JsonObject;
  readonly digest: Buffer;
}

/**
 * The arguments that a person wants to be sent instead, as the action takes them, with their digest; null for none, and for
 * the same. Whether they may be sent is judged beside it (`judgeChange`), and by the gate anew. Throws `value_invalid` naming the field.
 */
export async function readChange(
  { actions }: Pick<KnowingApprovalParts, "actions">,
  tx: Transaction,
  keys: ProjectKeys,
  { project }: Scope,
  row: ApprovalRow,
  { decision, arguments: given }: Decide,
): Promise<(Change & { readonly action: KnownAction }) | null> {
  if (given === undefined) return null;
  if (decision === "reject") throw invalid("what is rejected is not sent: leave the arguments out");
  const action = row.kind === "effect" ? actions.find(row.action) : null;
  if (action === null) throw invalid("what this asks about can be approved or rejected, not changed");
  const changed = readArguments(action, given, "arguments");
  const credential = row.grant === null ? null : await readCredentialOfGrant(tx, project, row.grant);
  const effect = { action: row.action, connection: row.connection ?? credential, arguments: changed };
  const digest = digestOf(keys, effect);
  return digest.equals(presentDigest(row)) ? null : { action, arguments: changed, digest };
}

function invalid(message: string): AppError {
  const field = "arguments";
  return new AppError("value_invalid", `${field}: ${message}`, { field, issues: [{ field, message }] });
}
