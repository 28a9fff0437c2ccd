/** Makes what a person needs to consent at the provider, and what is kept of it until they are back. */
import { createHash } from "node:crypto";
import type { Authentication, Connector, Consent } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import type { ConnectionToMake } from "../core/ports/connections.ts";
import type { Transaction } from "../core/ports/database.ts";
import { isoTime } from "../people/iso-time.ts";
import { type ConnectState, deleteConnectStates, insertConnectState } from "../store/connect-states.ts";
import { askedScopes } from "./asked-scopes.ts";
import type { ConnectionCaller, ConnectionParts } from "./connection-parts.ts";
import { invalid, noClient, refusedByProvider } from "./connection-refusals.ts";
import { redirectUrl } from "./list-connectors.ts";

type OAuth2 = Extract<Authentication, { readonly kind: "oauth2" }>;

export interface Wish {
  readonly actions: readonly string[];
  readonly device: boolean;
  /** Scopes that were granted before. */
  readonly before: readonly string[];
}

export interface PreparedConsent extends Omit<Consent, "connection" | "notReached"> {
  readonly state: ConnectState;
}

/** Of what goes to the provider and comes back. */
const STATE_BYTES = 32;
const LIFE_MS = 10 * 60_000;

/** Null where consent is not how the connector is connected. */
export function consentWayOf({ authentication }: Connector): OAuth2 | null {
  const way = authentication.find(({ kind }) => kind === "oauth2");
  return way?.kind === "oauth2" ? way : null;
}

/** What a state is looked up by. It needs no salt: it is as random as a key. */
export function hashState(state: string): Buffer {
  return createHash("sha256").update(state).digest();
}

/** What binds a consent to a browser's session. */
export function digestSession(session: string | null): Buffer {
  return session === null ? Buffer.alloc(0) : createHash("sha256").update(`session ${session}`).digest();
}

/** Throws `value_invalid`, `forbidden` for who is no person, `oauth_client_missing`, and what the provider says. */
export async function prepareConsent(
  parts: ConnectionParts,
  caller: ConnectionCaller,
  connector: Connector,
  connection: ConnectionToMake,
  wish: Wish,
): Promise<PreparedConsent> {
  const way = consentWayOf(connector);
  if (way === null) throw invalid("secret", `${connector.title} is connected by a secret: give one`);
  if (wish.device && way.deviceUrl === null) throw invalid("device", `${connector.title} has no consent by code`);
  const { account } = caller;
  if (account === null)
    throw new AppError("forbidden", "A person consents, not a service account: sign in, or use a key of your own.");
  const asks = askedScopes(connector, wish.actions, way.identityScopes, wish.before);
  const clientId = await parts.connections.secrets.clientIdOf(connection);
  if (clientId === null) throw noClient(connector.id);
  const scopes = asks.map(({ scope }) => scope);
  const begun = { parts, connection, way, scopes, account, session: digestSession(caller.session) };
  const prepared = wish.device ? await byDevice(begun) : await byBrowser(begun, clientId);
  return { asks, ...prepared };
}

interface Begun {
  readonly parts: ConnectionParts;
  readonly connection: ConnectionToMake;
  readonly way: OAuth2;
  readonly scopes: readonly string[];
  readonly account: string;
  readonly session: Buffer;
}

type Prepared = Omit<PreparedConsent, "asks">;

async function byBrowser(begun: Begun, clientId: string): Promise<Prepared> {
  const { parts, connection, way, scopes } = begun;
  const state = parts.ids.bytes(STATE_BYTES).toString("base64url");
  const hash = hashState(state);
  const { sealed, challenge } = await parts.connections.secrets.beginConsent(connection, hash);
  const url = new URL(way.authorizationUrl);
  const parameters = {
    ...way.parameters,
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUrl(parts),
    state,
    ...(scopes.length > 0 && { scope: scopes.join(way.scopeSeparator ?? " ") }),
    ...(way.pkce && { code_challenge: challenge, code_challenge_method: "S256" }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { state: stateOf(begun, hash, sealed, LIFE_MS), authorizationUrl: url.href, device: null };
}

async function byDevice(begun: Begun): Promise<Prepared> {
  const { parts, connection, scopes } = begun;
  const hash = hashState(parts.ids.bytes(STATE_BYTES).toString("base64url"));
  const started = await parts.connections.secrets.startDevice(connection, hash, scopes);
  if (started.kind === "refused") throw refusedByProvider(started);
  const { sealed, userCode, verificationUrl, completeUrl, everyMs } = started;
  const state = stateOf(begun, hash, sealed, started.expiresInMs);
  const expiresAt = isoTime(state.expiresAt);
  return { state, authorizationUrl: null, device: { userCode, verificationUrl, completeUrl, expiresAt, everyMs } };
}

function stateOf(
  { parts, connection, scopes, account, session }: Begun,
  hash: Buffer,
  verifier: Buffer,
  lifeMs: number,
): ConnectState {
  const createdAt = parts.clock.nowMs();
  const expiresAt = createdAt + lifeMs;
  return { hash, connection: connection.id, account, session, verifier, scopes, createdAt, expiresAt, usedAt: null };
}

/** One consent at a time: with the next, the one before is of no use to anybody. */
export async function keepState(tx: Transaction, project: string, state: ConnectState): Promise<void> {
  await deleteConnectStates(tx, project, state.connection);
  await tx.query(insertConnectState(project, state));
}
