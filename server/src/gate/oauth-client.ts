/** With which OAuth client a provider is asked: the project's own, else the installation's. */
import type { Authentication, Connector } from "@steward/sdk";
import { invariant } from "../core/invariant.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { ConnectionPlace } from "../core/ports/connections.ts";
import type { Connectors } from "../core/ports/connectors.ts";
import type { Database, Transaction } from "../core/ports/database.ts";
import type { Egress } from "../core/ports/egress.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { OAuth, OAuthCall, OAuthClientKeys, OAuthServer, TokenAnswer } from "../core/ports/oauth.ts";
import type { NoteOutbound } from "../core/ports/outbound.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import type { ConnectionFacts } from "../store/connections.ts";
import { findOAuthClient } from "../store/oauth-clients.ts";
import type { Scope } from "../store/scope.ts";
import type { HeldSecret } from "./connection-secret.ts";
import type { SignInWays } from "./sign-in.ts";
import { openClientSecrets } from "./client-secret.ts";

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
  /** How servers of other protocols than HTTP let somebody in, by protocol. */
  readonly signIn?: SignInWays | undefined;
  readonly log: (message: string, error?: unknown) => void;
}

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
  const { clientSecret } = openClientSecrets(await keysOf(scope), row.id, row.secret);
  return { clientId: row.clientId, clientSecret };
}

export function oauth2Of(connector: Connector): OAuth2 {
  const found = connector.authentication.find((one) => one.kind === "oauth2");
  invariant(found?.kind === "oauth2", `${connector.id} is connected by OAuth 2`);
  return found;
}

export function serverOf({ authorizationUrl, tokenUrl, deviceUrl, revocationUrl, client, asks }: OAuth2): OAuthServer {
  return { authorizationUrl, tokenUrl, deviceUrl, revocationUrl, client, asks };
}

/** Of RFC 6749, 4.4: the connection's own client asks for itself. */
function tokenServerOf(
  connector: Connector,
  held: Extract<HeldSecret, { readonly kind: "client" | "signer" }>,
): OAuthServer {
  const kind = held.kind === "signer" && held.how === "account" ? "service_account" : "client_credentials";
  const found = connector.authentication.find((one) => one.kind === kind);
  invariant(found?.kind === kind, `${connector.id} is connected by ${kind}`);
  const tokenUrl = found.tokenUrl ?? held.tokenUrl ?? null;
  invariant(tokenUrl !== null, `the secret says where ${connector.id} gives tokens`);
  return { authorizationUrl: null, tokenUrl, deviceUrl: null, revocationUrl: null, client: "basic" };
}

/** A token for whoever acts for itself: a client by its secret, or who holds a key. */
export async function askForToken(
  parts: Pick<ConnectionGateParts, "oauth" | "clock" | "ids">,
  connector: Connector,
  held: Extract<HeldSecret, { readonly kind: "client" | "signer" }>,
  place: ConnectionPlace,
  scopes: readonly string[],
): Promise<TokenAnswer> {
  const server = tokenServerOf(connector, held);
  if (held.kind === "client") return await parts.oauth.askAsClient(callOf(server, held, place), scopes);
  const { how, issuer, subject, key, keyId, algorithm } = held;
  const proof = { how, issuer, subject, key, keyId, algorithm, atMs: parts.clock.nowMs(), id: parts.ids.uuid() };
  const call = callOf(server, { clientId: issuer, clientSecret: null }, place);
  return await parts.oauth.askByKey(call, proof, scopes);
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
