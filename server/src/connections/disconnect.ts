import type { Receipt } from "@steward/sdk";
import { inScope, type Scope } from "../store/scope.ts";
import { appendActs } from "../store/append-acts.ts";
import { findRevocation } from "../store/revocations.ts";
import { invariant } from "../core/invariant.ts";
import type { ConnectionCaller, ConnectionParts } from "./connection-parts.ts";
import { noConnection, requireOwn } from "./connection-refusals.ts";
import { endConnection, type EndConnection } from "./end-connection.ts";
import { requireConnection } from "./list-connections.ts";
import { showReceipt } from "./show-receipt.ts";

/**
 * Disconnects: erased here at once, with the grants on it; flows that use it are paused, their runs cancelled and effects that
 * rest on it stopped in every process before this settles; the provider is asked to revoke from now on, for up to seven days. Of somebody's own connection that is
 * theirs to do, or whose who may revoke grants. Throws `not_found`, `forbidden`.
 */
export async function disconnect(parts: ConnectionParts, caller: ConnectionCaller, slug: string): Promise<Receipt> {
  const { scope, shownId: by } = caller;
  const row = await requireConnection(parts, caller, slug);
  requireOwn(parts, caller, row, "disconnect", caller.permissions.has("grant.write"));
  const revocation = parts.ids.uuid();
  if (!(await endNow(parts, scope, { connection: row.id, revocation, by }))) throw noConnection(slug);
  const receipt = await findRevocation(parts.database, scope, revocation);
  invariant(receipt !== null, "the receipt was just written");
  return await showReceipt(parts, scope, receipt);
}

type Parts = Pick<ConnectionParts, "database" | "clock" | "connections">;

/** In a transaction of its own, and what is to follow its commit; false when it was over already. */
export async function endNow(parts: Parts, scope: Scope, end: EndConnection): Promise<boolean> {
  const ended = await inScope(parts.database, scope, async (tx) => {
    const acts = await endConnection(parts, tx, scope, end);
    if (acts !== null) await appendActs(tx, scope.organization, acts, parts.clock.nowMs());
    return acts !== null;
  });
  if (!ended) return false;
  await parts.connections.endings.finish(scope, end.revocation);
  parts.connections.revokeSoon();
  return true;
}
