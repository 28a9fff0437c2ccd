import type { ConnectionAuthentication, ConnectionSecret, Connector, Consent, NewConnection } from "@steward/sdk";
import { actOn } from "../core/audit-entry.ts";
import { judgeUrl } from "../core/egress/judge-url.ts";
import { showId } from "../core/id.ts";
import type { ConnectionToMake } from "../core/ports/connections.ts";
import { isUniqueViolation, type Transaction } from "../core/ports/database.ts";
import { tooMany } from "../people/refusals.ts";
import { appendActs } from "../store/append-acts.ts";
import { CONNECTIONS_MAX, type ConnectionRow, countConnections, insertConnection } from "../store/connections.ts";
import { findFlow } from "../store/flows.ts";
import { findOAuthClient } from "../store/oauth-clients.ts";
import { inScope } from "../store/scope.ts";
import { askedScopes } from "./asked-scopes.ts";
import { checkSecret } from "./check-secret.ts";
import type { ConnectionCaller, ConnectionParts } from "./connection-parts.ts";
import { errorOf, invalid, noConnector, refusedByProvider, slugTaken } from "./connection-refusals.ts";
import { requireConnection } from "./list-connections.ts";
import { waysOf } from "./list-connectors.ts";
import { keepState, prepareConsent } from "./prepare-consent.ts";
import { sealAccount } from "./provider-account.ts";
import { showConnection } from "./show-connection.ts";

/**
 * Makes a connection: by a secret, which the provider is asked about and which is never shown again, or pending, with the
 * consent that makes it active. Throws `not_found`, `value_invalid` with `field`, `conflict` where the slug is taken,
 * `oauth_client_missing`, `provider_refused`, `unavailable`.
 */
export async function createConnection(
  parts: ConnectionParts,
  caller: ConnectionCaller,
  given: NewConnection,
): Promise<Consent> {
  const { scope } = caller;
  const connector = await parts.connections.connectors.find(scope, given.connector);
  if (connector === null) throw noConnector(given.connector);
  await requireFlow(parts, caller, given.flow);
  const { address, hosts } = placeOf(connector, given.address);
  const authentication = wayOf(connector, given.secret, given.device);
  const consents = authentication === "oauth2" || authentication === "device";
  const client = consents
    ? ((await findOAuthClient(parts.database, scope, { connector: connector.id }))?.id ?? null)
    : null;
  const connection = { ...scope, id: parts.ids.uuid(), connector: connector.id, client, hosts, address };
  const fresh = rowOf(parts, caller, given, connection, authentication);
  if (!consents) {
    const { row, notReached } = await connected(parts, connector, connection, fresh, given);
    await keepNew(parts, caller, row, "connection.connected", () => Promise.resolve());
    const shown = await show(parts, caller, row.slug);
    return { connection: shown, asks: [], authorizationUrl: null, device: null, notReached };
  }
  const wish = { actions: given.actions, device: given.device, before: [] };
  const { state, ...consent } = await prepareConsent(parts, caller, connector, connection, wish);
  await keepNew(parts, caller, fresh, "connection.asked", (tx) => keepState(tx, scope.project, state));
  return { connection: await show(parts, caller, fresh.slug), ...consent, notReached: null };
}

async function show(parts: ConnectionParts, caller: ConnectionCaller, slug: string) {
  return await showConnection(parts, caller, await requireConnection(parts, caller, slug));
}

async function requireFlow(parts: ConnectionParts, { scope }: ConnectionCaller, flow?: string): Promise<void> {
  if (flow !== undefined && (await findFlow(parts.database, scope, flow)) === null)
    throw invalid("flow", `there is no flow "${flow}" in this project`);
}

/** Where it may be used: at the connector's hosts, or at the one that the project brings. */
function placeOf(
  connector: Connector,
  address?: string,
): { readonly address: string | null; readonly hosts: readonly string[] } {
  if (connector.ownAddress !== true) {
    if (address !== undefined) throw invalid("address", `${connector.title} has an address of its own`);
    return { address: null, hosts: connector.hosts };
  }
  if (address === undefined) throw invalid("address", `${connector.title} needs the address of the service`);
  const url = URL.parse(address);
  if (url === null || url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    throw invalid("address", "write it with scheme and host, without user, password, query or fragment");
  const schemes = SCHEMES[connector.protocol ?? "http"];
  if (!schemes.includes(url.protocol))
    throw invalid("address", `it begins with ${schemes.map((scheme) => `${scheme}//`).join(" or ")}`);
  if (connector.protocol !== undefined) return { address: url.href, hosts: [url.hostname] };
  const judged = judgeUrl(address);
  if (!judged.ok) throw invalid("address", judged.message);
  return { address: judged.target.url.replace(/\/+$/, ""), hosts: [judged.target.host] };
}

const SCHEMES: Readonly<Record<"http" | NonNullable<Connector["protocol"]>, readonly string[]>> = {
  http: ["https:", "http:"],
  postgres: ["postgres:", "postgresql:"],
  smtp: ["smtps:", "smtp:"],
  imap: ["imaps:", "imap:"],
};

/** How it is going to prove itself. Throws where the connector has no such way. */
export function wayOf(
  connector: Connector,
  secret: ConnectionSecret | undefined,
  device: boolean,
): ConnectionAuthentication {
  const ways = waysOf(connector);
  if (secret === undefined) {
    const consents = ways.includes("oauth2");
    if (consents) return device ? "device" : "oauth2";
    if (ways.includes("none")) return "none";
    throw invalid("secret", `${connector.title} is connected by a secret: give one`);
  }
  const way = wayOfSecret(secret);
  if (!ways.includes(way))
    throw invalid("secret", `${connector.title} is connected by ${ways.join(" or ")}, not by ${way}`);
  checkSecret(connector, secret);
  // Both act for themselves by tokens that they ask for: kept as one.
  return way === "service_account" ? "client_credentials" : way;
}

function wayOfSecret(secret: ConnectionSecret): ConnectionAuthentication {
  if ("apiKey" in secret) return "api_key";
  if ("user" in secret) return "basic";
  if ("certificate" in secret) return "certificate";
  return "serviceAccount" in secret ? "service_account" : "client_credentials";
}

function rowOf(
  { clock }: ConnectionParts,
  { account, shownId }: ConnectionCaller,
  given: NewConnection,
  { id, connector, hosts, address, client }: ConnectionToMake,
  authentication: ConnectionAuthentication,
): ConnectionRow {
  if (given.owner === "me" && account === null)
    throw invalid("owner", "a service account has no connections of its own");
  return {
    id,
    slug: given.slug,
    connector,
    authentication,
    status: "pending",
    owner: given.owner === "me" ? account : null,
    flow: given.flow ?? null,
    account: null,
    scopes: [],
    hosts,
    address,
    client,
    secret: null,
    secretExpiresAt: null,
    refreshedAt: null,
    generation: 1,
    errorCode: null,
    createdAt: clock.nowMs(),
    createdBy: account === null ? shownId : showId("acc", account),
    connectedAt: null,
    usedAt: null,
  };
}

/** With its secret, once the provider has not refused it. */
async function connected(
  parts: ConnectionParts,
  connector: Connector,
  connection: ConnectionToMake,
  row: ConnectionRow,
  { secret, actions }: NewConnection,
): Promise<{ readonly row: ConnectionRow; readonly notReached: string | null }> {
  const active = { ...row, status: "active", connectedAt: parts.clock.nowMs() } as const;
  if (secret === undefined) return { row: active, notReached: null };
  const scopes = askedScopes(connector, actions, [], []).map(({ scope }) => scope);
  const kept = await parts.connections.secrets.keepTyped(connection, secret, scopes);
  if (kept.kind === "refused") throw refusedByProvider(kept);
  const keys = await parts.connections.keysOf(connection);
  const filled: ConnectionRow = {
    ...active,
    secret: kept.secret,
    // Of a key only the provider knows what it may.
    scopes: row.authentication === "client_credentials" ? kept.scopes : [],
    secretExpiresAt: kept.expiresAt,
    account: kept.account === null ? null : sealAccount(keys, row.id, kept.account),
    errorCode: errorOf(kept),
  };
  return { row: filled, notReached: kept.unreached };
}

async function keepNew(
  parts: ConnectionParts,
  { scope, shownId }: ConnectionCaller,
  row: ConnectionRow,
  action: string,
  more: (tx: Transaction) => Promise<void>,
): Promise<void> {
  try {
    await inScope(parts.database, scope, async (tx) => {
      if ((await countConnections(tx, scope.project)) >= CONNECTIONS_MAX) throw tooMany("connections", CONNECTIONS_MAX);
      await tx.query(insertConnection(scope, row));
      await more(tx);
      const facts = { slug: row.slug, connector: row.connector, own: row.owner !== null };
      const act = actOn(scope.project, shownId, action, showId("con", row.id), facts, row.createdAt);
      await appendActs(tx, scope.organization, [act], row.createdAt);
    });
  } catch (error) {
    if (isUniqueViolation(error, "connections_slug")) throw slugTaken(row.slug);
    throw error;
  }
}
