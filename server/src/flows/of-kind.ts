/** Flows and agents by their slug, where only one of the two is meant: what is of the other kind is not there. */
import type { Database, Transaction } from "../core/ports/database.ts";
import { findFlow, findFlowDraft, lockFlow, type FlowDraftRow, type FlowKind, type FlowRow } from "../store/flows.ts";
import type { Scope } from "../store/scope.ts";
import { noSuchFlow } from "./flow-refusals.ts";

/** Throws `not_found`. */
export async function lockOfKind(
  tx: Transaction,
  project: string,
  slug: string,
  kind: FlowKind,
): Promise<FlowDraftRow> {
  return requireKind(await lockFlow(tx, project, slug), slug, kind);
}

/** Throws `not_found`. */
export async function findDraftOfKind(
  tx: Transaction,
  project: string,
  slug: string,
  kind: FlowKind,
): Promise<FlowDraftRow> {
  return requireKind(await findFlowDraft(tx, project, slug), slug, kind);
}

/** Throws `not_found`. */
export async function findOfKind(database: Database, scope: Scope, slug: string, kind: FlowKind): Promise<FlowRow> {
  return requireKind(await findFlow(database, scope, slug), slug, kind);
}

export function requireKind<Row extends FlowRow>(row: Row | null, slug: string, kind: FlowKind): Row {
  if (row?.kind !== kind) throw noSuchFlow(slug, kind);
  return row;
}
