import type { DeviceConsent } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import type { DeviceWaiting, NotConnected, SealedTokens } from "../core/ports/connections.ts";
import { type ConnectState, findLatestState, setStateVerifier, useConnectState } from "../store/connect-states.ts";
import { type ConnectionRow, setConnectionError } from "../store/connections.ts";
import { findOAuthClient } from "../store/oauth-clients.ts";
import { inScope } from "../store/scope.ts";
import type { ConnectionCaller, ConnectionParts } from "./connection-parts.ts";
import { refusedByProvider, requireOwn } from "./connection-refusals.ts";
import { keepConnected } from "./keep-connected.ts";
import { getConnection, requireConnection } from "./list-connections.ts";

/**
 * Asks the provider whether the code was entered, no more often than it wants to be asked. Only by who began it. Throws
 * `conflict` where no consent by code is under way, `provider_refused`.
 */
export async function pollDeviceConsent(
  parts: ConnectionParts,
  caller: ConnectionCaller,
  slug: string,
): Promise<DeviceConsent> {
  const { scope, account } = caller;
  const row = await requireConnection(parts, caller, slug);
  requireOwn(parts, caller, row, "pollDeviceConsent");
  const state = await findLatestState(parts.database, scope, row.id);
  if (state === null || state.account !== account)
    throw new AppError("conflict", `No consent by code is under way for "${slug}", or somebody else began it.`);
  if (state.expiresAt <= parts.clock.nowMs()) return await over(parts, caller, row, "expired");
  const client = (await findOAuthClient(parts.database, scope, { connector: row.connector }))?.id ?? null;
  const consent = { hash: state.hash, sealed: state.verifier };
  const said = await parts.connections.secrets.pollDevice({ ...scope, ...row, client }, consent, state.scopes);
  return await read(parts, caller, { ...row, client }, state, said);
}

async function read(
  parts: ConnectionParts,
  caller: ConnectionCaller,
  row: ConnectionRow,
  state: ConnectState,
  said: SealedTokens | NotConnected | DeviceWaiting,
): Promise<DeviceConsent> {
  const { scope } = caller;
  if (said.kind === "waiting") {
    if (said.sealed !== null) await setStateVerifier(parts.database, scope, state.hash, said.sealed);
    return { state: "waiting", againMs: said.againMs, connection: await getConnection(parts, caller, row.slug) };
  }
  // One of two that ask at once has the tokens: the other learns of it by looking again.
  if (!(await useConnectState(parts.database, scope, state.hash, parts.clock.nowMs())))
    return { state: "waiting", againMs: 1000, connection: await getConnection(parts, caller, row.slug) };
  if (said.kind === "refused") {
    if (said.code === "consent_denied") return await over(parts, caller, row, "denied");
    if (said.code === "consent_over") return await over(parts, caller, row, "expired");
    throw refusedByProvider(said);
  }
  const by = showId("acc", state.account);
  const kept = await keepConnected(parts, scope, { row, authentication: "device", tokens: said, by });
  if (kept === "connected")
    return { state: "connected", againMs: null, connection: await getConnection(parts, caller, row.slug) };
  throw new AppError("provider_refused", WHY[kept], { reason: kept });
}

const WHY = {
  other_account: "The code was entered for another account than the one that this connection is for.",
  account_unknown: "Nobody could tell whose account the code was entered for: ask again.",
  gone: "It was disconnected meanwhile.",
} as const;

async function over(
  parts: ConnectionParts,
  caller: ConnectionCaller,
  row: ConnectionRow,
  state: "denied" | "expired",
): Promise<DeviceConsent> {
  const code = state === "denied" ? "consent_denied" : "consent_over";
  const { scope } = caller;
  await inScope(parts.database, scope, (tx) => tx.query(setConnectionError(scope.project, row.id, code)));
  return { state, againMs: null, connection: await getConnection(parts, caller, row.slug) };
}
