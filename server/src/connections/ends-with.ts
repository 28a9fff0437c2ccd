import { consentWayOf } from "./prepare-consent.ts";
import { openAccount } from "./provider-account.ts";
import { CONNECTIONS_MAX, type ConnectionFacts, listConnections } from "../store/connections.ts";
import type { ConnectionCaller, ConnectionParts } from "./connection-parts.ts";

/**
 * Other connections of the project that the provider ends with this one, by slug: with some, revoking one token ends all
 * that the account has given to the client. Told to whoever may know whose account each is; nobody's own is told to others.
 */
export async function endsWith(
  parts: Pick<ConnectionParts, "database" | "connections">,
  { scope, account }: Pick<ConnectionCaller, "scope" | "account">,
  row: ConnectionFacts,
): Promise<string[]> {
  const { connectors, secrets, keysOf } = parts.connections;
  const placeOf = async ({ connector }: ConnectionFacts): Promise<string | null> => {
    const found = await connectors.find(scope, connector);
    const way = found && consentWayOf(found);
    return way?.revokesAll === true ? way.tokenUrl : null;
  };
  const isTold = ({ owner }: ConnectionFacts): boolean => owner === null || owner === account;
  const place = await placeOf(row);
  if (place === null || !isTold(row)) return [];
  const keys = await keysOf(scope);
  const mine = openAccount(keys, row)?.account;
  const client = await secrets.clientIdOf({ ...scope, ...row });
  if (mine === undefined || client === null) return [];
  const ended: string[] = [];
  for (const other of await listConnections(parts.database, scope, {
    after: null,
    connector: null,
    limit: CONNECTIONS_MAX,
  })) {
    if (other.id === row.id || other.status !== "active" || !isTold(other)) continue;
    if (openAccount(keys, other)?.account !== mine || (await placeOf(other)) !== place) continue;
    const isConsented = other.authentication === "oauth2" || other.authentication === "device";
    if (isConsented && (await secrets.clientIdOf({ ...scope, ...other })) === client) ended.push(other.slug);
  }
  return ended;
}
