import type { Connection, Connector } from "@steward/sdk";
import { showId } from "../core/id.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { isoTime, isoTimeOrNull } from "../people/iso-time.ts";
import type { ConnectionFacts } from "../store/connections.ts";
import type { ConnectionCaller, ConnectionParts } from "./connection-parts.ts";
import { openAccount } from "./provider-account.ts";

/** A connection as the caller may see it: whose account a personal one is, its owner alone is told. */
export async function showConnection(
  parts: ConnectionParts,
  { scope, account }: Pick<ConnectionCaller, "scope" | "account">,
  row: ConnectionFacts,
): Promise<Connection> {
  const { keysOf, connectors } = parts.connections;
  const [keys, connector] = await Promise.all([keysOf(scope), connectors.find(scope, row.connector)]);
  return show(connector, row, keys, account);
}

function show(connector: Connector | null, row: ConnectionFacts, keys: ProjectKeys, viewer: string | null): Connection {
  const { owner, flow, hosts, address } = row;
  const isTold = owner === null || owner === viewer;
  return {
    id: showId("con", row.id),
    slug: row.slug,
    connector: row.connector,
    authentication: row.authentication,
    status: row.status,
    owner: owner === null ? null : showId("acc", owner),
    flow,
    account: isTold ? (openAccount(keys, row)?.label ?? null) : null,
    scopes: row.scopes.map((scope) => ({ scope, means: meaningOf(connector, scope) })),
    hosts: [...hosts],
    address,
    expiresAt: isoTimeOrNull(row.secretExpiresAt),
    refreshedAt: isoTimeOrNull(row.refreshedAt),
    usedAt: isoTimeOrNull(row.usedAt),
    errorCode: row.errorCode,
    createdAt: isoTime(row.createdAt),
    createdBy: row.createdBy,
    connectedAt: isoTimeOrNull(row.connectedAt),
  };
}

/** In plain words, where the connector has some. */
export function meaningOf(connector: Pick<Connector, "scopes"> | null, scope: string): string {
  const words = connector?.scopes ?? {};
  return Object.hasOwn(words, scope) ? (words[scope] ?? scope) : scope;
}
