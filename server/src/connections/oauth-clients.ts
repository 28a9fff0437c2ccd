/** A project's own OAuth clients at providers. */
import type { Connector, OAuthClient, PutOAuthClient } from "@steward/sdk";
import { actOn } from "../core/audit-entry.ts";
import { AppError } from "../core/errors.ts";
import { isoTime } from "../people/iso-time.ts";
import { lacking } from "../people/refusals.ts";
import { appendActs } from "../store/append-acts.ts";
import { countByClient } from "../store/connections.ts";
import {
  deleteOAuthClient as deleteRow,
  listOAuthClients as listRows,
  lockOAuthClient,
  type OAuthClientFacts,
  putOAuthClient as putRow,
} from "../store/oauth-clients.ts";
import { inScope, type Scope } from "../store/scope.ts";
import type { ConnectionCaller, ConnectionParts } from "./connection-parts.ts";
import { invalid, noConnector } from "./connection-refusals.ts";
import { redirectUrl } from "./list-connectors.ts";
import { consentWayOf } from "./prepare-consent.ts";

export async function listOAuthClients(parts: ConnectionParts, scope: Scope): Promise<OAuthClient[]> {
  return (await listRows(parts.database, scope)).map((row) => show(parts, row));
}

/**
 * Sets the project's client for a connector; write-only. Another secret for the same client id counts at once, for
 * connections that were made with it too, and needs `grant.write` while they stand; a signing secret that is not given stays.
 * Throws `value_invalid`, and `conflict` for another client id while connections stand that were made with the one there is:
 * the provider would not refresh or revoke them by another.
 */
export async function putOAuthClient(
  parts: ConnectionParts,
  caller: ConnectionCaller,
  connector: string,
  { clientId, clientSecret, signingSecret }: PutOAuthClient,
): Promise<OAuthClient> {
  const way = consentWayOf(await connectorNamed(parts, caller.scope, connector));
  if (way === null) throw new AppError("conflict", `${connector} is not connected by an OAuth client.`, { connector });
  if (clientSecret === undefined && way.client !== "none")
    throw invalid("clientSecret", "this provider wants a secret with the client id");
  const { scope, shownId } = caller;
  const fresh = parts.ids.uuid();
  const setAt = parts.clock.nowMs();
  const row = await inScope(parts.database, scope, async (tx) => {
    const before = await lockOAuthClient(tx, scope.project, connector);
    const uses = before === null ? 0 : await countByClient(tx, scope.project, before.id);
    if (before !== null && before.clientId !== clientId) requireUnused(before, uses);
    // What signs for connections that stand is what approvals pressed in channels, and their events, are believed by.
    if (uses > 0 && !caller.permissions.has("grant.write")) throw lacking("grant.write", shownId);
    const id = before?.clientId === clientId ? before.id : fresh;
    const secrets = { clientSecret: clientSecret ?? null, signingSecret };
    const held = before?.id === id ? before.secret : null;
    const secret = await parts.connections.secrets.sealClientSecrets({ ...scope, id }, secrets, held);
    const next = { id, connector, clientId, secret, setAt, setBy: shownId };
    await tx.query(putRow(scope, next));
    const facts = { signing: signingSecret !== undefined };
    const act = actOn(scope.project, shownId, "oauth_client.set", `oauth_client:${connector}`, facts, setAt);
    await appendActs(tx, scope.organization, [act], setAt);
    return next;
  });
  return show(parts, row);
}

/** Throws `not_found`, and `conflict` while connections stand that were made with it. */
export async function deleteOAuthClient(
  parts: ConnectionParts,
  { scope, shownId }: ConnectionCaller,
  connector: string,
): Promise<void> {
  await inScope(parts.database, scope, async (tx) => {
    const row = await lockOAuthClient(tx, scope.project, connector);
    if (row === null) throw new AppError("not_found", `This project has no OAuth client of its own for ${connector}.`);
    requireUnused(row, await countByClient(tx, scope.project, row.id));
    await tx.query(deleteRow(scope.project, row.id));
    const nowMs = parts.clock.nowMs();
    const act = actOn(scope.project, shownId, "oauth_client.deleted", `oauth_client:${connector}`, {}, nowMs);
    await appendActs(tx, scope.organization, [act], nowMs);
  });
}

function requireUnused({ connector }: OAuthClientFacts, uses: number): void {
  if (uses === 0) return;
  const which = uses === 1 ? "a connection was" : `${uses} connections were`;
  throw new AppError(
    "conflict",
    `${which[0]?.toUpperCase()}${which.slice(1)} made with the client of ${connector}: disconnect first.`,
    {
      connector,
      connections: uses,
    },
  );
}

async function connectorNamed({ connections }: ConnectionParts, scope: Scope, id: string): Promise<Connector> {
  const connector = await connections.connectors.find(scope, id);
  if (connector === null) throw noConnector(id);
  return connector;
}

function show(parts: ConnectionParts, { connector, clientId, setAt, setBy }: OAuthClientFacts): OAuthClient {
  return { connector, clientId, redirectUrl: redirectUrl(parts), setAt: isoTime(setAt), setBy };
}
