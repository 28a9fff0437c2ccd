import type { RevokedGrant } from "@steward/sdk";
import { actOn } from "../core/audit-entry.ts";
import { invariant } from "../core/invariant.ts";
import type { EndedConnection } from "../core/ports/endings.ts";
import type { Transaction } from "../core/ports/database.ts";
import { appendActs } from "../store/append-acts.ts";
import { endLineCaps } from "../store/caps.ts";
import { type ConnectionRefRow, readConnectionRefs } from "../store/connection-refs.ts";
import { findOwnIn } from "../store/connections.ts";
import { endGrants, lockGrant } from "../store/grants.ts";
import { inScope } from "../store/scope.ts";
import { showNow } from "./give-grant.ts";
import { type GrantCaller, type GrantParts, knowing, type KnowingParts } from "./grant-parts.ts";
import { isOver, notHere, uuidOf } from "./grant-refusals.ts";
import { guarded, requireMayRevoke } from "./may-give.ts";

/**
 * Ends a grant for good: nothing new passes by it once this is committed, what rests on it is stopped everywhere, flows that no
 * other grant covers are paused and their runs cancelled. The answer says who has heard and what was stopped. Throws `not_found`, `forbidden`, `conflict` for one that is over.
 */
export async function revokeGrant(parts: GrantParts, caller: GrantCaller, shown: string): Promise<RevokedGrant> {
  const id = uuidOf("grt", shown);
  return await guarded(parts, caller, "revokeGrant", async () => {
    const known = await knowing(parts, caller.scope);
    const ending = parts.ids.uuid();
    const grant = await inScope(parts.database, caller.scope, (tx) => revoke(known, tx, caller, { id, shown, ending }));
    return { grant, stopped: await parts.grants.endings.finish(caller.scope, ending) };
  });
}

async function revoke(
  parts: KnowingParts,
  tx: Transaction,
  caller: GrantCaller,
  { id, shown, ending }: { readonly id: string; readonly shown: string; readonly ending: string },
): Promise<RevokedGrant["grant"]> {
  const { scope, shownId: by } = caller;
  const row = await lockGrant(tx, scope.project, "grant", id);
  if (row === null) throw notHere("grt", shown);
  const [connection] = row.connection === null ? [] : await readConnectionRefs(tx, scope.project, [row.connection]);
  requireMayRevoke(caller, connection?.owner ?? null);
  if (row.revokedAt !== null) throw isOver(shown);
  const atMs = parts.clock.nowMs();
  const [ended] = await endGrants(tx, scope.project, { grant: id }, { by, atMs });
  invariant(ended !== undefined, "it stood, and is locked");
  await tx.query(endLineCaps(scope.organization, [`grant:${shown}`], atMs));
  const on = connection === undefined ? (row.credential ?? "") : await endedOn(tx, scope.project, connection);
  const acts = await parts.grants.endings.begin(tx, scope, {
    id: ending,
    of: { kind: "grant", grant: ended, on },
    by,
    atMs,
  });
  const result = await showNow(parts, tx, caller, id, atMs);
  const act = actOn(scope.project, by, "grant.revoked", shown, { version: row.version }, atMs);
  await appendActs(tx, scope.organization, [...acts, act], atMs);
  return result;
}

async function endedOn(
  tx: Transaction,
  project: string,
  { id, slug, connector, owner, flow }: ConnectionRefRow,
): Promise<EndedConnection> {
  const isOwn = owner !== null && (await findOwnIn(tx, project, owner, connector)) === id;
  return { id, slug, connector, owner, flow, isOwn };
}
