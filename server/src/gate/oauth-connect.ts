/** Turns what a person typed or consented to into a sealed secret, and finds out whose account it is. */
import type { ConnectionSecret, Connector } from "@steward/sdk";
import { invariant } from "../core/invariant.ts";
import type {
  CodeFound,
  ConnectionToMake,
  DeviceStarted,
  DeviceWaiting,
  NotConnected,
  SealedConsent,
  SealedTokens,
} from "../core/ports/connections.ts";
import type { NoTokens, OAuthClientKeys, Tokens } from "../core/ports/oauth.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { askAccountBy, type AskedAccount } from "./ask-account.ts";
import { type HeldSecret, readySecret, sealHeld } from "./connection-secret.ts";
import { heldOf } from "./held-of.ts";
import { isUnreached } from "./is-unreached.ts";
import { askForToken, callOf, type ConnectionGateParts, oauth2Of, openOAuthClient, serverOf } from "./oauth-client.ts";
import { openDevice, openVerifier, sealConsent } from "./oauth-consent.ts";

/** Added to what a provider asks for between two questions, when it was asked too often (RFC 8628, 3.5). */
const SLOWER_MS = 5_000;

export async function keepTyped(
  parts: ConnectionGateParts,
  connection: ConnectionToMake,
  typed: ConnectionSecret,
  scopes: readonly string[],
): Promise<SealedTokens | NotConnected> {
  const held = heldOf(typed);
  if (held.kind !== "client" && held.kind !== "signer") return await keep(parts, connection, held, { scopes });
  const wanted = [...new Set([...scopes, ...(("scopes" in typed ? typed.scopes : undefined) ?? [])])];
  const begunMs = parts.clock.nowMs();
  const answer = await askForToken(parts, await connectorOf(parts, connection), held, connection, wanted);
  if (answer.kind !== "tokens") return refusedBy(answer);
  return await keep(
    parts,
    connection,
    { ...held, access: answer.accessToken },
    { scopes: answer.scopes ?? wanted, expiresAt: endOf(answer, begunMs) },
  );
}

export async function exchangeCode(
  parts: ConnectionGateParts,
  connection: ConnectionToMake,
  consent: SealedConsent,
  found: CodeFound,
  asked: readonly string[],
): Promise<SealedTokens | NotConnected> {
  const { client, keys } = await open(parts, connection);
  if (client === null) return NO_CLIENT;
  const way = oauth2Of(await connectorOf(parts, connection));
  const verifier = openVerifier(keys, consent);
  const begunMs = parts.clock.nowMs();
  const answer = await parts.oauth.exchangeCode(callOf(serverOf(way), client, connection), {
    ...found,
    verifier: way.pkce ? verifier : null,
  });
  return await keepAnswer(parts, connection, answer, asked, begunMs);
}

export async function startDevice(
  parts: ConnectionGateParts,
  connection: ConnectionToMake,
  hash: Buffer,
  asked: readonly string[],
): Promise<DeviceStarted | NotConnected> {
  const { client, keys } = await open(parts, connection);
  if (client === null) return NO_CLIENT;
  const way = oauth2Of(await connectorOf(parts, connection));
  const call = callOf(serverOf(way), client, connection, { separator: way.scopeSeparator });
  const started = await parts.oauth.startDevice(call, asked);
  if (started.kind !== "code") return refusedBy(started);
  const { deviceCode, everyMs, ...shown } = started;
  const nextAtMs = parts.clock.nowMs() + everyMs;
  const sealed = sealConsent(keys, hash, { kind: "device", deviceCode, everyMs, nextAtMs });
  return { ...shown, kind: "started", sealed, everyMs };
}

export async function pollDevice(
  parts: ConnectionGateParts,
  connection: ConnectionToMake,
  consent: SealedConsent,
  asked: readonly string[],
): Promise<SealedTokens | NotConnected | DeviceWaiting> {
  const { client, keys } = await open(parts, connection);
  if (client === null) return NO_CLIENT;
  const held = openDevice(keys, consent);
  const begunMs = parts.clock.nowMs();
  if (begunMs < held.nextAtMs) return { kind: "waiting", againMs: held.nextAtMs - begunMs, sealed: null };
  const call = callOf(serverOf(oauth2Of(await connectorOf(parts, connection))), client, connection);
  const answer = await parts.oauth.pollDevice(call, held.deviceCode);
  if (answer.kind !== "waiting" && answer.kind !== "unavailable")
    return await keepAnswer(parts, connection, answer, asked, begunMs);
  // RFC 8628, 3.5: asked less often too when nothing was answered.
  const isSlower = answer.kind !== "waiting" || answer.slower;
  const everyMs = held.everyMs + (isSlower ? SLOWER_MS : 0);
  const next = { ...held, everyMs, nextAtMs: parts.clock.nowMs() + everyMs };
  return { kind: "waiting", againMs: everyMs, sealed: sealConsent(keys, consent.hash, next) };
}

async function open(
  parts: ConnectionGateParts,
  connection: ConnectionToMake,
): Promise<{ readonly client: OAuthClientKeys | null; readonly keys: ProjectKeys }> {
  const { organization, project, connector } = connection;
  const keys = await parts.keysOf({ organization, project });
  return { keys, client: await openOAuthClient(parts, connection, connector, connection.client) };
}

/** A connector is not taken away while there are connections of it. */
async function connectorOf({ connectors }: ConnectionGateParts, connection: ConnectionToMake): Promise<Connector> {
  const connector = await connectors.find(connection, connection.connector);
  invariant(connector !== null, `${connection.connector} is a connector of this project`);
  return connector;
}

async function keepAnswer(
  parts: ConnectionGateParts,
  connection: ConnectionToMake,
  answer: Tokens | NoTokens,
  asked: readonly string[],
  begunMs: number,
): Promise<SealedTokens | NotConnected> {
  if (answer.kind !== "tokens") return refusedBy(answer);
  const held: HeldSecret = { kind: "tokens", access: answer.accessToken, refresh: answer.refreshToken };
  return await keep(parts, connection, held, { scopes: answer.scopes ?? asked, expiresAt: endOf(answer, begunMs) });
}

/** Seals a secret, unless the provider says at once that it is no good. */
async function keep(
  parts: ConnectionGateParts,
  connection: ConnectionToMake,
  held: HeldSecret,
  known: { readonly scopes: readonly string[]; readonly expiresAt?: number | null },
): Promise<SealedTokens | NotConnected> {
  const connector = await connectorOf(parts, connection);
  const { scopes, expiresAt = null } = known;
  const shown = { ...connection, authentication: "none", scopes, generation: 0 } as const;
  const ready = readySecret(connector, shown, held);
  // Whose token it is, is known already; to ask would want scopes that nobody has given to it.
  const asked = accountOfSigner(held) ?? (await askAccountBy(parts, connector, connection, ready));
  if (asked.kind === "dead") {
    const message = `the provider does not accept it: ${asked.message}`;
    return { kind: "refused", code: "provider_refused", message };
  }
  const { organization, project, id } = connection;
  const secret = sealHeld(await parts.keysOf({ organization, project }), id, held);
  const account = asked.kind === "account" ? { account: asked.account, label: asked.label } : null;
  const unreached = asked.kind === "unclear" && isUnreached(asked.code) ? asked.message : null;
  return { kind: "sealed", secret, scopes: [...new Set(scopes)], expiresAt, account, unreached };
}

/** An account that signs for itself, or for its subject. */
export function accountOfSigner(held: HeldSecret): Extract<AskedAccount, { readonly kind: "account" }> | null {
  if (held.kind !== "signer") return null;
  const { issuer, subject } = held;
  return { kind: "account", account: subject, label: subject === issuer ? issuer : `${subject} (by ${issuer})` };
}

/** Counted from when the provider was asked, by our clock: of its clock nothing is known. */
export function endOf({ expiresInMs }: Tokens, begunMs: number): number | null {
  return expiresInMs === null ? null : begunMs + expiresInMs;
}

export const NO_CLIENT: NotConnected = {
  kind: "refused",
  code: "oauth_client_missing",
  message: "there is no OAuth client to ask with: bring your own, or ask the operator for one",
};

const CODES = {
  dead: "consent_over",
  denied: "consent_denied",
  client_refused: "oauth_client_refused",
  refused: "provider_refused",
  unavailable: "provider_unavailable",
} as const satisfies Record<NoTokens["kind"], NotConnected["code"]>;

function refusedBy({ kind, message }: NoTokens): NotConnected {
  return { kind: "refused", code: CODES[kind], message };
}
