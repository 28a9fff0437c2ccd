/** Connections that end with what they belong to (PROMISES C9), or because nobody went on with them. */
import type { AuditEntry } from "../core/audit-entry.ts";
import type { Transaction } from "../core/ports/database.ts";
import { appendActs } from "../store/append-acts.ts";
import { findLatestState } from "../store/connect-states.ts";
import { listAbandoned, listInDeleted, listOwned, listStanding } from "../store/connections.ts";
import { organizationScope } from "../store/organizations.ts";
import { type Scope, scopeStatement } from "../store/scope.ts";
import type { ConnectionParts } from "./connection-parts.ts";
import { endNow } from "./disconnect.ts";
import { endConnection } from "./end-connection.ts";

type Parts = Pick<ConnectionParts, "database" | "dispatch" | "clock" | "ids" | "connections">;

/** Of one turn or member; the next turn goes on. */
const BATCH = 100;
const OWNED_MAX = 10_000;
/** A consent lasts minutes: after a day nobody comes back. */
const ABANDONED_MS = 86_400_000;

/**
 * Ends a person's own connections in an organization, in the caller's transaction, which is in the organization's scope
 * before and after. For whoever leaves it, with their account or without. Once that is committed, what rested on them is
 * stopped by `Endings.finishAll`.
 */
export async function endOwned(
  parts: Parts,
  tx: Transaction,
  { organization, account, by }: { readonly organization: string; readonly account: string; readonly by: string },
): Promise<void> {
  const acts: AuditEntry[] = [];
  for (const { project, id } of await listOwned(parts.dispatch, organization, account, OWNED_MAX)) {
    const scope = { organization, project };
    await tx.query(scopeStatement(scope));
    const end = { connection: id, revocation: parts.ids.uuid(), by, because: "member" } as const;
    acts.push(...((await endConnection(parts, tx, scope, end)) ?? []));
  }
  await tx.query(scopeStatement(organizationScope(organization)));
  await appendActs(tx, organization, acts, parts.clock.nowMs());
  parts.connections.revokeSoon();
}

/** Ends all connections of a project that was deleted. May be repeated. */
export async function endOfProject(parts: Parts, scope: Scope, by: string): Promise<void> {
  for (const { id } of await listStanding(parts.database, scope, OWNED_MAX))
    await endNow(parts, scope, { connection: id, revocation: parts.ids.uuid(), by, because: "project" });
}

/** What the two above have missed, and consents that nobody went on with; gives how many ended. */
export async function endLeftBehind(parts: Parts): Promise<number> {
  let ended = 0;
  for (const { id, ...scope } of await listInDeleted(parts.dispatch, BATCH)) {
    const end = { connection: id, revocation: parts.ids.uuid(), by: "system", because: "project" } as const;
    if (await endNow(parts, scope, end)) ended += 1;
  }
  const nowMs = parts.clock.nowMs();
  for (const { id, ...scope } of await listAbandoned(parts.dispatch, nowMs - ABANDONED_MS, BATCH)) {
    const state = await findLatestState(parts.database, scope, id);
    if (state !== null && state.expiresAt > nowMs) continue;
    const end = { connection: id, revocation: parts.ids.uuid(), by: "system", because: "abandoned" } as const;
    if (await endNow(parts, scope, end)) ended += 1;
  }
  return ended;
}
