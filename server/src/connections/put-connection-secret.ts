import type { Connection, ConnectionSecret, Connector } from "@steward/sdk";
import { actOn } from "../core/audit-entry.ts";
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import type { Transaction } from "../core/ports/database.ts";
import { noteRefused } from "../people/act.ts";
import { lacking } from "../people/refusals.ts";
import { appendActs } from "../store/append-acts.ts";
import { lockConnection, setConnected } from "../store/connections.ts";
import { hasGrantOfOthers } from "../store/grants.ts";
import { inScope } from "../store/scope.ts";
import type { ConnectionCaller, ConnectionParts } from "./connection-parts.ts";
import {
  errorOf,
  noConnection,
  noConnector,
  refusedByProvider,
  requireOwn,
  requireSamePlace,
} from "./connection-refusals.ts";
import { wayOf } from "./create-connection.ts";
import { getConnection, requireConnection } from "./list-connections.ts";
import { openAccount, sealAccount } from "./provider-account.ts";

/**
 * Puts another secret in the place of what a connection has; write-only. Throws `value_invalid`, `provider_refused`,
 * `conflict` for one of another account (grants on the connection were given for the one that it is), and `forbidden` where
 * nobody can tell, others have given grants on it, and the caller may give none.
 */
export async function putConnectionSecret(
  parts: ConnectionParts,
  caller: ConnectionCaller,
  slug: string,
  secret: ConnectionSecret,
): Promise<Connection> {
  const { scope, shownId } = caller;
  const row = await requireConnection(parts, caller, slug);
  requireOwn(parts, caller, row, "putConnectionSecret");
  const connector = await parts.connections.connectors.find(scope, row.connector);
  if (connector === null) throw noConnector(row.connector);
  requireSamePlace(connector, row);
  const authentication = wayOf(connector, secret, false);
  const kept = await parts.connections.secrets.keepTyped({ ...scope, ...row }, secret, row.scopes);
  if (kept.kind === "refused") throw refusedByProvider(kept);
  const keys = await parts.connections.keysOf(scope);
  const known = openAccount(keys, row);
  if (known !== null && kept.account !== null && known.account !== kept.account.account)
    throw new AppError(
      "conflict",
      `This secret is of another account than "${slug}": make another connection for it.`,
      {
        connection: slug,
      },
    );
  const isSame = known !== null && kept.account !== null && tellsAccount(connector, known.account);
  const atMs = parts.clock.nowMs();
  await inScope(parts.database, scope, async (tx) => {
    const now = await lockConnection(tx, scope.project, row.id);
    if (now === null || now.status === "disconnected") throw noConnection(slug);
    if (!isSame) await requireMaySwap(parts, caller, tx, row.id);
    await tx.query(
      setConnected(scope.project, row.id, {
        authentication,
        secret: kept.secret,
        scopes: authentication === "client_credentials" ? kept.scopes : [],
        secretExpiresAt: kept.expiresAt,
        account: kept.account === null ? null : sealAccount(keys, row.id, kept.account),
        client: null,
        errorCode: errorOf(kept),
        atMs,
      }),
    );
    const facts = { slug, connector: row.connector, authentication };
    const act = actOn(scope.project, shownId, "connection.secret_set", showId("con", row.id), facts, atMs);
    await appendActs(tx, scope.organization, [act], atMs);
  });
  await parts.connections.words.sayChanged(scope);
  return await getConnection(parts, caller, slug);
}

/** Whether what a provider says is an account: a service of which nothing is known is named by its host alone. */
function tellsAccount({ id, base, protocol, ownAddress }: Connector, account: string): boolean {
  return protocol !== undefined || (ownAddress !== true && account !== id && account !== new URL(base).host);
}

/** What others have granted on the connection, they granted for the account that it was. Under the connection's lock. */
async function requireMaySwap(
  parts: ConnectionParts,
  caller: ConnectionCaller,
  tx: Transaction,
  connection: string,
): Promise<void> {
  const { scope, shownId, permissions, account } = caller;
  if (permissions.has("grant.write") || !(await hasGrantOfOthers(tx, scope.project, connection, account))) return;
  noteRefused(parts, scope, caller, "putConnectionSecret", "grant.write");
  throw lacking("grant.write", shownId);
}
