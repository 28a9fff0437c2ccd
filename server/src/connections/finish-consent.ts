/** What becomes of a person whom the provider has sent back. */
import { timingSafeEqual } from "node:crypto";
import { showId } from "../core/id.ts";
import { type ConnectState, findConnectState, findStateScope, useConnectState } from "../store/connect-states.ts";
import { type ConnectionRow, findConnectionById, setConnectionError } from "../store/connections.ts";
import { findOAuthClient } from "../store/oauth-clients.ts";
import { inScope, type Scope } from "../store/scope.ts";
import type { ConnectionParts } from "./connection-parts.ts";
import { keepConnected } from "./keep-connected.ts";
import { redirectUrl } from "./list-connectors.ts";
import { consentWayOf, digestSession, hashState } from "./prepare-consent.ts";

/** What the provider put into the address. */
export interface CameBack {
  readonly state: string | null;
  readonly code: string | null;
  readonly error: string | null;
  /** RFC 9207. */
  readonly issuer: string | null;
}

/** Who came back, by the browser's session. */
export interface Visitor {
  readonly account: string;
  readonly session: string;
}

/** As the page says it, in words. */
export type ConsentProblem =
  | "state_invalid"
  | "state_over"
  | "not_signed_in"
  | "other_session"
  | "not_allowed"
  | "issuer_wrong"
  | "consent_denied"
  | "consent_over"
  | "other_account"
  | "account_unknown"
  | "disconnected"
  | "oauth_client_missing"
  | "oauth_client_refused"
  | "provider_refused"
  | "provider_unavailable";

export interface FoundConsent {
  readonly scope: Scope;
  readonly state: ConnectState;
  readonly row: ConnectionRow;
}

/** The consent that somebody came back from; null for a state that was never given, and for one of a project that is gone. */
export async function findConsent(
  { database, dispatch }: Pick<ConnectionParts, "database" | "dispatch">,
  { state: text }: CameBack,
): Promise<FoundConsent | null> {
  if (text === null || !/^[A-Za-z0-9_-]{43}$/.test(text)) return null;
  const hash = hashState(text);
  const scope = await findStateScope(dispatch, hash);
  const state = scope && (await findConnectState(database, scope, hash));
  const row = scope && state && (await findConnectionById(database, scope, state.connection));
  return scope && state && row ? { scope, state, row } : null;
}

/** Whether this is who began it. With another one the state is over: it has been where it should not be. */
export async function isBegunBy(
  parts: Pick<ConnectionParts, "database" | "clock">,
  { scope, state }: FoundConsent,
  { account, session }: Visitor,
): Promise<boolean> {
  const isSame =
    account === state.account && (state.session.length === 0 || timingSafeEqual(state.session, digestSession(session)));
  if (!isSame) await useConnectState(parts.database, scope, state.hash, parts.clock.nowMs());
  return isSame;
}

/** Null when it is connected. The state is used up, whatever comes of it. */
export async function finishConsent(
  parts: ConnectionParts,
  { scope, state, row }: FoundConsent,
  back: CameBack,
): Promise<ConsentProblem | null> {
  const { database, clock, connections } = parts;
  if (!(await useConnectState(database, scope, state.hash, clock.nowMs()))) return "state_over";
  const connector = await connections.connectors.find(scope, row.connector);
  const way = connector && consentWayOf(connector);
  if (!way || row.status === "disconnected") return "disconnected";
  const refuse = async (code: ConsentProblem): Promise<ConsentProblem> => {
    await inScope(database, scope, (tx) => tx.query(setConnectionError(scope.project, row.id, code)));
    return code;
  };
  if (!isOwnIssuer(way.authorizationUrl, back.issuer)) return await refuse("issuer_wrong");
  if (back.error !== null) return await refuse(back.error === "access_denied" ? "consent_denied" : "provider_refused");
  if (back.code === null || back.code.length > CODE_CHARACTERS_MAX) return await refuse("provider_refused");
  const client = (await findOAuthClient(database, scope, { connector: row.connector }))?.id ?? null;
  const tokens = await connections.secrets.exchangeCode(
    { ...scope, ...row, client },
    { hash: state.hash, sealed: state.verifier },
    { code: back.code, issuer: back.issuer, redirectUrl: redirectUrl(parts) },
    state.scopes,
  );
  if (tokens.kind === "refused")
    return await refuse(tokens.code === "reauth_required" ? "provider_refused" : tokens.code);
  const by = showId("acc", state.account);
  const kept = await keepConnected(parts, scope, { row: { ...row, client }, authentication: "oauth2", tokens, by });
  if (kept === "gone") return "disconnected";
  return kept === "connected" ? null : await refuse(kept);
}

const CODE_CHARACTERS_MAX = 4096;

/**
 * Whether an answer is the provider's that was asked (RFC 9207): of another one it would be a mix-up. Connectors name no
 * issuer, so it is its origin that must be the same.
 */
function isOwnIssuer(authorizationUrl: string, issuer: string | null): boolean {
  return issuer === null || URL.parse(issuer)?.origin === new URL(authorizationUrl).origin;
}
