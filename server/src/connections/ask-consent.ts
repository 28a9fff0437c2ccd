import type { AskConsent, Consent } from "@steward/sdk";
import { actOn } from "../core/audit-entry.ts";
import { showId } from "../core/id.ts";
import { appendActs } from "../store/append-acts.ts";
import { findLastAsked } from "../store/connect-states.ts";
import { lockConnection } from "../store/connections.ts";
import { findOAuthClient } from "../store/oauth-clients.ts";
import { inScope } from "../store/scope.ts";
import type { ConnectionCaller, ConnectionParts } from "./connection-parts.ts";
import { noConnection, noConnector, requireOwn, requireSamePlace } from "./connection-refusals.ts";
import { getConnection, requireConnection } from "./list-connections.ts";
import { keepState, prepareConsent } from "./prepare-consent.ts";

/**
 * Asks for more, or anew, of a connection that there is: what it was granted stays until the provider has granted all of
 * it together (PROMISES C4). Throws as `createConnection` does.
 */
export async function askConsent(
  parts: ConnectionParts,
  caller: ConnectionCaller,
  slug: string,
  given: AskConsent,
): Promise<Consent> {
  const { scope, shownId } = caller;
  const row = await requireConnection(parts, caller, slug);
  requireOwn(parts, caller, row, "askConsent");
  const connector = await parts.connections.connectors.find(scope, row.connector);
  if (connector === null) throw noConnector(row.connector);
  requireSamePlace(connector, row);
  // The project's own client counts from the next consent on, whichever it was made with.
  const client = (await findOAuthClient(parts.database, scope, { connector: row.connector }))?.id ?? null;
  // What was begun and not ended goes on with what was chosen then.
  const goesOn = row.status === "pending" && given.actions.length === 0;
  const before = goesOn ? await findLastAsked(parts.database, scope, row.id) : row.scopes;
  const wish = { ...given, before };
  const { state, ...consent } = await prepareConsent(parts, caller, connector, { ...scope, ...row, client }, wish);
  await inScope(parts.database, scope, async (tx) => {
    const locked = await lockConnection(tx, scope.project, row.id);
    if (locked === null || locked.status === "disconnected") throw noConnection(slug);
    await keepState(tx, scope.project, state);
    const facts = { slug, connector: row.connector, scopes: state.scopes.length };
    const act = actOn(scope.project, shownId, "connection.asked", showId("con", row.id), facts, state.createdAt);
    await appendActs(tx, scope.organization, [act], state.createdAt);
  });
  return { connection: await getConnection(parts, caller, slug), ...consent, notReached: null };
}
