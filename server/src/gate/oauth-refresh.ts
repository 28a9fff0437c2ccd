/**
 * Keeps the secrets of connections good for use.
 * T1 One asks the provider at a time: of this process, and by a claim in the row of all processes.
 * T2 Fresh tokens are kept as soon as they are there, and that is tried for as long as the database is away: a provider that
 *    gives a new refresh token with each takes the one before for stolen. Who dies between the two leaves what only a
 *    consent anew can mend.
 * T3 Tokens are erased when the provider says that they are dead, and never for its silence.
 * T4 An effect is judged and sent by one reading of the row while that is young. A revoke that comes after it says a word,
 *    which has the effect judged anew or finds it in flight (E5, F1); one whose word is lost, its process having died just
 *    then, is heeded by whatever reads the row after it.
 */
import type { Connector } from "@steward/sdk";
import { actOn } from "../core/audit-entry.ts";
import { isElsewhere } from "../core/connectors/is-elsewhere.ts";
import { showId } from "../core/id.ts";
import type { Clock } from "../core/ports/clock.ts";
import { isConnectionLost } from "../core/ports/database.ts";
import type { FreshOptions, NoSecret, ReadySecret } from "../core/ports/connections.ts";
import type { NoTokens, TokenAnswer, Tokens } from "../core/ports/oauth.ts";
import { SealError } from "../keyring/seal-error.ts";
import { appendActs } from "../store/append-acts.ts";
import { claimRefresh, dropRefresh, endTokens, keepRefreshed } from "../store/connection-refreshes.ts";
import { type ConnectionRow, findConnectionById, noteConnectionUsed } from "../store/connections.ts";
import { pauseEvents } from "../store/event-triggers.ts";
import { inScope, type Scope, scopeStatement } from "../store/scope.ts";
import {
  type EffectSecrets,
  type HeldSecret,
  mayHold,
  openHeld,
  type ReadRow,
  readySecret,
  sealHeld,
} from "./connection-secret.ts";
import { askForToken, callOf, type ConnectionGateParts, oauth2Of, openOAuthClient, serverOf } from "./oauth-client.ts";
import { endOf } from "./oauth-connect.ts";
import { revokeLate } from "./revocation-slot.ts";

/** Before the end of a token's life: what an effect may take, and clocks that differ. */
const AHEAD_MS = 60_000;
/** What is left of a token that may still be used while somebody else fetches another. */
const STILL_GOOD_MS = 5_000;
const YOUNG_MS = 100;
const LOOK_AGAIN_MS = 200;
const WAIT_MS_MAX = 40_000;
/** Triggers that wait for a connection are looked at again that often, if nothing wakes them. */
const PAUSED_MS = 300_000;
const KEEP_TRIES_MAX = 8;
const KEEP_AGAIN_MS = 250;

/** `moved`: look at the row again. */
type Turn = { readonly kind: "moved" | "busy" } | { readonly kind: "failed"; readonly why: NoTokens };

export function createFreshSecrets(parts: ConnectionGateParts): EffectSecrets {
  /** By connection; bounded by the effects under way. */
  const turns = new Map<string, Promise<Turn>>();
  const takeTurn = (scope: Scope, stale: Stale): Promise<Turn> => {
    const { id } = stale.row;
    let turn = turns.get(id);
    if (turn === undefined) {
      turn = refreshOnce(parts, scope, stale).finally(() => turns.delete(id));
      turns.set(id, turn);
    }
    return turn;
  };
  const noteUsed = createNoteUsed(parts);
  return {
    async freshSecret({ organization, project, id }, options) {
      const scope = { organization, project };
      const endsMs = parts.clock.monotonicMs() + WAIT_MS_MAX;
      let known = youngRow(parts.clock, id, options);
      while (!options.signal.aborted) {
        const row = known ?? (await findConnectionById(parts.database, scope, id));
        known = null;
        const found = await look(parts, scope, row, options);
        if (found.kind === "ready") noteUsed(scope, id);
        if (found.kind !== "stale") return found;
        const turn = await unlessStopped(takeTurn(scope, found), options.signal);
        if (turn === null) break;
        const old = turn.kind === "moved" ? null : stillGood(parts, found, options);
        if (old !== null) return old;
        if (turn.kind === "failed") return unavailable(turn.why.message, turn.why.retryAfterMs);
        if (parts.clock.monotonicMs() > endsMs) return unavailable("others have been renewing it for too long", null);
        if (turn.kind === "busy") await pause(parts.clock, LOOK_AGAIN_MS);
      }
      return unavailable("it was stopped while it waited", null);
    },
  };
}

/** T4. None where the provider has just refused what it holds. */
function youngRow(
  clock: Clock,
  id: string,
  { read = null, refused }: FreshOptions & { readonly read?: ReadRow | null },
): ConnectionRow | null {
  const isYoung = read?.row.id === id && refused === undefined && clock.monotonicMs() - read.atMs < YOUNG_MS;
  return isYoung ? read.row : null;
}

/** Connections whose last use is remembered, so that their row is written once a minute; the oldest is forgotten first. */
const NOTED_MAX = 10_000;
const NOTE_MS = 60_000;

function createNoteUsed({ database, clock, log }: ConnectionGateParts): (scope: Scope, id: string) => void {
  const noted = new Map<string, number>();
  return (scope, id) => {
    const nowMs = clock.monotonicMs();
    const last = noted.get(id);
    if (last !== undefined && nowMs - last < NOTE_MS) return;
    noted.delete(id);
    noted.set(id, nowMs);
    if (noted.size > NOTED_MAX) noted.delete(noted.keys().next().value!);
    noteConnectionUsed(database, scope, id, clock.nowMs()).catch((error: unknown) =>
      log(`the use of connection ${showId("con", id)} was not noted`, error),
    );
  };
}

interface Stale {
  readonly kind: "stale";
  readonly row: ConnectionRow;
  readonly held: HeldSecret;
  readonly connector: Connector;
}

/** What can be used as it is, why nothing can, or what is to be refreshed. */
async function look(
  parts: ConnectionGateParts,
  scope: Scope,
  row: ConnectionRow | null,
  { refused }: FreshOptions,
): Promise<ReadySecret | NoSecret | Stale> {
  if (row === null || row.status !== "active") return row?.status === "reauth_required" ? DEAD : GONE;
  const connector = await parts.connectors.find(scope, row.connector);
  if (connector === null) return GONE;
  if (isElsewhere(connector, row)) return elsewhere(connector, row);
  if (row.secret === null) return readySecret(connector, row, null);
  const held = await tryOpen(parts, scope, row, row.secret);
  if (held === null) {
    const message = `the secret of ${row.slug} can't be opened; connect it again`;
    return { kind: "refused", code: "connection_unreadable", message };
  }
  if (!mayHold(connector, held)) {
    const message = `${connector.title} takes no key any more, and ${row.slug} has one; connect it again`;
    return { kind: "refused", code: "connection_unreadable", message };
  }
  const isRefused = refused === String(row.generation);
  const leftMs = leftOf(parts, row);
  if (!isRefused && leftMs > AHEAD_MS) return readySecret(connector, row, held);
  if (canRefresh(held)) return { kind: "stale", row, held, connector };
  if (!isRefused && leftMs > 0) return readySecret(connector, row, held);
  await end(parts, scope, row);
  return DEAD;
}

function leftOf({ clock }: ConnectionGateParts, { secretExpiresAt }: ConnectionRow): number {
  return secretExpiresAt === null ? Number.POSITIVE_INFINITY : secretExpiresAt - clock.nowMs();
}

function canRefresh(held: HeldSecret): boolean {
  return held.kind === "client" || held.kind === "signer" || (held.kind === "tokens" && held.refresh !== null);
}

/** A token that is good for a while yet, when another can't be had at once. */
function stillGood(
  parts: ConnectionGateParts,
  { row, held, connector }: Stale,
  { refused }: FreshOptions,
): ReadySecret | null {
  if (refused === String(row.generation) || leftOf(parts, row) <= STILL_GOOD_MS) return null;
  return readySecret(connector, row, held);
}

const DEAD: NoSecret = {
  kind: "refused",
  code: "reauth_required",
  message: "the provider no longer accepts the connection: connect it again",
};
const GONE: NoSecret = { kind: "refused", code: "connection_missing", message: "it is not connected any more" };

function elsewhere({ title, base }: Connector, { slug, hosts }: ConnectionRow): NoSecret {
  const message = `${slug} was made while ${title} was at ${hosts.join(", ")}, and it is at ${new URL(base).hostname} now: make another connection`;
  return { kind: "refused", code: "connection_missing", message };
}

function unavailable(why: string, retryAfterMs: number | null): NoSecret {
  const message = `the provider could not renew the connection: ${why}`;
  return { kind: "failed", code: "connection_unavailable", message, retryAfterMs };
}

/** Null when it was stopped before; what it waited for goes on. */
async function unlessStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  const stopped = Promise.withResolvers<null>();
  const stop = (): void => stopped.resolve(null);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([work, stopped.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function tryOpen(
  parts: ConnectionGateParts,
  scope: Scope,
  row: ConnectionRow,
  secret: Buffer,
): Promise<HeldSecret | null> {
  try {
    return openHeld(await parts.keysOf(scope), row.id, secret);
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    parts.log(`the secret of connection ${showId("con", row.id)} does not open`, error);
    return null;
  }
}

/** Asks the provider, when nobody else does. Not ended by the effect that needs it: others wait for it too. */
async function refreshOnce(parts: ConnectionGateParts, scope: Scope, stale: Stale): Promise<Turn> {
  const { row, held } = stale;
  const { database, ids, clock } = parts;
  const by = ids.uuid();
  if (!(await claimRefresh(database, scope, row, by))) return { kind: "busy" };
  const begunMs = clock.nowMs();
  let answer: TokenAnswer | null = null;
  try {
    answer = await ask(parts, scope, stale);
  } finally {
    if (answer === null) await dropRefresh(database, scope, row.id, by, null);
  }
  if (answer.kind === "tokens") {
    await keep(parts, scope, row, held, answer, begunMs);
    return { kind: "moved" };
  }
  if (answer.kind === "dead") {
    await end(parts, scope, row);
    return { kind: "moved" };
  }
  const code = answer.kind === "client_refused" ? "oauth_client_refused" : "provider_unavailable";
  await dropRefresh(database, scope, row.id, by, code);
  return { kind: "failed", why: answer };
}

async function ask(parts: ConnectionGateParts, scope: Scope, { row, held, connector }: Stale): Promise<TokenAnswer> {
  const place = { ...scope, id: row.id };
  if (held.kind === "client" || held.kind === "signer")
    return await askForToken(parts, connector, held, place, row.scopes);
  const way = oauth2Of(connector);
  const client = await openOAuthClient(parts, place, row.connector, row.client);
  if (client === null || held.kind !== "tokens" || held.refresh === null) return NO_CLIENT;
  return await parts.oauth.refresh(callOf(serverOf(way), client, place), held.refresh);
}

const NO_CLIENT: NoTokens = {
  kind: "client_refused",
  code: "oauth_client_missing",
  message: "the OAuth client it was made with is gone",
  retryAfterMs: null,
};

/** T2. Scopes stay unless the provider names others; so does the refresh token unless it gives another. */
async function keep(
  parts: ConnectionGateParts,
  scope: Scope,
  row: ConnectionRow,
  before: HeldSecret,
  answer: Tokens,
  begunMs: number,
): Promise<void> {
  const held: HeldSecret =
    before.kind === "client" || before.kind === "signer"
      ? { ...before, access: answer.accessToken }
      : {
          kind: "tokens",
          access: answer.accessToken,
          refresh: answer.refreshToken ?? (before.kind === "tokens" ? before.refresh : null),
        };
  const fresh = {
    secret: sealHeld(await parts.keysOf(scope), row.id, held),
    secretExpiresAt: endOf(answer, begunMs),
    scopes: answer.scopes ?? row.scopes,
    refreshedAt: begunMs,
  };
  for (let tried = 1; ; tried++) {
    try {
      if (await keepRefreshed(parts.database, scope, row, fresh)) return;
      break;
    } catch (error) {
      if (!isConnectionLost(error) || tried >= KEEP_TRIES_MAX) throw error;
      await pause(parts.clock, KEEP_AGAIN_MS * 2 ** (tried - 1));
    }
  }
  // Kept by the try before, whose answer was lost; or replaced meanwhile, or ended: then nobody else knows of these.
  const now = await findConnectionById(parts.database, scope, row.id);
  if (now?.status === "disconnected") await revokeLate(parts, scope, row, held);
}

/** T3. Whoever else has found newer tokens is not disturbed. */
async function end(parts: ConnectionGateParts, scope: Scope, row: ConnectionRow): Promise<void> {
  const { database, clock, tellOwner } = parts;
  const atMs = clock.nowMs();
  await inScope(database, scope, async (tx) => {
    if (!(await endTokens(tx, scope, row))) return;
    await tx.query(pauseEvents(scope.project, row.id, "reauth_required", atMs + PAUSED_MS));
    await tellOwner(tx, scope, row);
    await tx.query(scopeStatement(scope));
    const facts = { connector: row.connector };
    const act = actOn(scope.project, "system", "connection.reauth_required", showId("con", row.id), facts, atMs);
    await appendActs(tx, scope.organization, [act], atMs);
  });
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve));
}
