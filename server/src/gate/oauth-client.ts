/** With which OAuth client a provider is asked: the project's own, else the installation's. */
import type { Authentication, Connector } from "@steward/sdk";
import { placeOf } from "../catalogue/tables.ts";
import { uuidBytes } from "../core/id.ts";
import { invariant } from "../core/invariant.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { ConnectionPlace } from "../core/ports/connections.ts";
import type { Connectors } from "../core/ports/connectors.ts";
import type { Database, Transaction } from "../core/ports/database.ts";
import type { Egress } from "../core/ports/egress.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { OAuth, OAuthCall, OAuthClientKeys, OAuthServer } from "../core/ports/oauth.ts";
import type { NoteOutbound } from "../core/ports/outbound.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { openCredential } from "../keyring/open-credential.ts";
import type { ConnectionFacts } from "../store/connections.ts";
import { findOAuthClient } from "../store/oauth-clients.ts";
import type { Scope } from "../store/scope.ts";

/** What the gate works with where it handles connections' secrets; built once in `build.ts`. */
export interface ConnectionGateParts {
  readonly database: Database;
  readonly keysOf: (scope: Scope) => Promise<ProjectKeys>;
  readonly connectors: Connectors;
  /** The installation's own OAuth clients, by connector. */
  readonly installationClients: ReadonlyMap<string, OAuthClientKeys>;
  readonly oauth: OAuth;
  readonly egress: Egress;
  readonly note: NoteOutbound;
  readonly clock: Clock;
  readonly ids: Ids;
  /**
   * Writes to whoever connected it that it must be connected again, in the caller's transaction, which it may leave in
   * another scope.
   */
  readonly tellOwner: (tx: Transaction, scope: Scope, connection: ConnectionFacts) => Promise<void>;
  readonly log: (message: string, error?: unknown) => void;
}

const CLIENT_SECRET = placeOf("oauth_clients", "secret");

type OAuth2 = Extract<Authentication, { readonly kind: "oauth2" }>;

/** Null where there is none any more. Throws `SealError`. */
export async function openOAuthClient(
  { database, keysOf, installationClients }: ConnectionGateParts,
  { organization, project }: ConnectionPlace,
  connector: string,
  client: string | null,
): Promise<OAuthClientKeys | null> {
  if (client === null) return installationClients.get(connector) ?? null;
  const scope = { organization, project };
  const row = await findOAuthClient(database, scope, { id: client });
  if (row === null) return null;
  if (row.secret === null) return { clientId: row.clientId, clientSecret: null };
  const plain = openCredential(await keysOf(scope), CLIENT_SECRET, uuidBytes(row.id), row.secret);
  const clientSecret = plain.toString("utf8");
  plain.fill(0);
  return { clientId: row.clientId, clientSecret };
}

export function oauth2Of(connector: Connector): OAuth2 {
  const found = connector.authentication.find((one) => one.kind === "oauth2");
  invariant(found?.kind === "oauth2", `${connector.id} is connected by OAuth 2`);
  return found;
}

export function serverOf({ authorizationUrl, tokenUrl, deviceUrl, revocationUrl, client }: OAuth2): OAuthServer {
  return { authorizationUrl, tokenUrl, deviceUrl, revocationUrl, client };
}

/** Of RFC 6749, 4.4: the connection's own client asks for itself. */
export function clientServerOf(connector: Connector): OAuthServer {
  const found = connector.authentication.find((one) => one.kind === "client_credentials");
  invariant(found?.kind === "client_credentials", `${connector.id} is connected by client credentials`);
  return { authorizationUrl: null, tokenUrl: found.tokenUrl, deviceUrl: null, revocationUrl: null, client: "basic" };
}

/** A call to the provider in a project's name, which ends by itself. */
export function callOf(
  server: OAuthServer,
  client: OAuthClientKeys,
  { project }: ConnectionPlace,
  more: {
    readonly separator?: string | undefined;
    readonly signal?: AbortSignal;
    readonly beforeFirstByte?: () => boolean;
  } = {},
): OAuthCall {
  return {
    server,
    client,
    separator: more.separator ?? " ",
    partition: project,
    signal: more.signal ?? new AbortController().signal,
    ...(more.beforeFirstByte && { beforeFirstByte: more.beforeFirstByte }),
  };
}
