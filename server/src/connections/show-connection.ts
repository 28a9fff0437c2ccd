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
  const place = `${showId("prj", scope.project)}/${showId("con", row.id)}`;
  const buttonsUrl = row.connector === "slack" ? `${parts.publicUrl}/hooks/slack/interactivity/${place}` : null;
  return { ...show(connector, row, keys, account), buttonsUrl };
}

function show(
  connector: Connector | null,
  row: ConnectionFacts,
  keys: ProjectKeys,
  viewer: string | null,
): Omit<Connection, "buttonsUrl"> {
  const { owner, flow, hosts, address } = row;
  const isTold = owner === null || owner === viewer;
  return {
    id: showId("con", row.id),
    slug: row.slug,
    connector: row.connector,
    authentication: wayOf(connector, row),
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

/** Who acts for themselves by tokens is kept as one, whichever proof they have (`create-connection.ts`). */
function wayOf(connector: Connector | null, { authentication }: ConnectionFacts): Connection["authentication"] {
  const ways = connector?.authentication ?? [];
  const signs = ways.some(({ kind }) => kind === "service_account");
  const isSigner =
    authentication === "client_credentials" && signs && !ways.some(({ kind }) => kind === authentication);
  return isSigner ? "service_account" : authentication;
}

/** In plain words, where the connector has some. */
export function meaningOf(connector: Pick<Connector, "scopes"> | null, scope: string): string {
  const words = connector?.scopes ?? {};
  return Object.hasOwn(words, scope) ? (words[scope] ?? scope) : scope;
}
