/** Who calls: the holder of an API key, or whoever is signed in. Asked at each request, so that what ended is over with it. */
import { hash } from "node:crypto";
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import { findKeyAccesses, type KeyAccessRow } from "../store/access.ts";
import { noteApiKeyUsed } from "../store/api-keys.ts";
import { gatherLookups } from "../store/gather-lookups.ts";
import type { Scope } from "../store/scope.ts";
import type { HttpParts } from "./http-parts.ts";
import { findPerson } from "./session-key.ts";

interface Known {
  readonly id: string;
  readonly shownId: string;
  readonly account: string | null;
}

/** Who calls, before it is known what they may. */
export type Caller =
  | (Known & { readonly kind: "key"; readonly key: KeyAccessRow })
  | (Known & {
      readonly kind: "session";
      readonly account: string;
      readonly session: string;
      readonly secondFactor: boolean;
      /** It is a provider's word. */
      readonly factorClaimed: boolean;
      readonly signedOnBy: string | null;
      /** The key whose link began the session, but for the home's own: it may what the key may, and what a session may. */
      readonly boundTo: KeyAccessRow | null;
      /** Of a deleted account, which may be brought back and nothing else. */
      readonly deleted: boolean;
    });

/** What of a request says who calls. */
export interface Credentials {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export type Authenticate = (credentials: Credentials) => Promise<Caller>;

/** Keys whose last use is remembered, so that their row is written once a minute; the oldest is forgotten first. */
const NOTED_MAX = 10_000;
const NOTE_MS = 60_000;
const READING: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

type Parts = Pick<HttpParts, "database" | "dispatch" | "clock" | "log" | "identity">;

/** Throws `unauthenticated`, and `forbidden` for a session used by another site. */
export function createAuthenticate(parts: Parts): Authenticate {
  const noted = new Map<string, number>();
  const findKey = gatherLookups((hashes: readonly Buffer[]) => findKeyAccesses(parts.dispatch, hashes));

  const noteUsed = (scope: Scope, id: string): void => {
    const now = parts.clock.monotonicMs();
    const last = noted.get(id);
    if (last !== undefined && now - last < NOTE_MS) return;
    noted.delete(id);
    noted.set(id, now);
    if (noted.size > NOTED_MAX) noted.delete(noted.keys().next().value!);
    noteApiKeyUsed(parts.database, scope, id, parts.clock.nowMs()).catch((error: unknown) =>
      parts.log(`the use of key ${id} was not noted`, error),
    );
  };

  const byKey = async (header: string): Promise<Caller> => {
    const text = /^Bearer +([\x21-\x7e]{1,200})$/i.exec(header)?.[1];
    const key = text === undefined ? null : await findKey(sha256(text));
    const now = parts.clock.nowMs();
    if (!key || (key.revokedAt !== null && key.revokedAt <= now) || (key.expiresAt !== null && key.expiresAt <= now)) {
      throw new AppError("unauthenticated", "This API key is not known, or no longer valid.");
    }
    noteUsed({ organization: key.organization, project: key.project }, key.key);
    return { kind: "key", id: key.key, shownId: showId("key", key.key), account: key.account, key };
  };

  const bySession = async (cookie: string): Promise<Caller> => {
    const found = await findPerson(parts, cookie);
    if (found === null) throw new AppError("unauthenticated", "Nobody is signed in here, or the session has ended.");
    const { account, session, secondFactor, factorClaimed, signedOnBy, boundTo, deleted } = found;
    return {
      kind: "session",
      id: account,
      shownId: showId("acc", account),
      account,
      session,
      secondFactor,
      factorClaimed,
      signedOnBy,
      boundTo,
      deleted,
    };
  };

  return async (credentials) => {
    const { authorization, cookie } = credentials.headers;
    if (typeof authorization === "string") return await byKey(authorization);
    if (typeof cookie !== "string") throw new AppError("unauthenticated", "The request names no API key.");
    refuseOtherSites(credentials);
    return await bySession(cookie);
  };
}

export function sha256(text: string): Buffer {
  return hash("sha256", text, "buffer");
}

/**
 * The browser sends the cookie along with whatever a page makes it send: what changes something must come from our own
 * page, by `Sec-Fetch-Site` or, where that is missing, `Origin` (cookies know no ports, so another port is another site here).
 */
export function refuseOtherSites({ method, headers }: Credentials): void {
  const site = headers["sec-fetch-site"];
  const own = site === "same-origin" || (site === undefined && hostOf(headers["origin"]) === headers["host"]);
  const direct = READING.has(method) && (site === undefined || site === "none") && headers["origin"] === undefined;
  if (!own && !direct) throw new AppError("forbidden", "A session serves Steward's own page only.");
}

/** The host and port of an Origin; whether it is https is the business of whoever ends TLS before us. */
function hostOf(origin: string | readonly string[] | undefined): string | null {
  return typeof origin === "string" ? (URL.parse(origin)?.host ?? null) : null;
}
