/** Who calls: the holder of an API key, or of a browser's session. Asked at each request, so that a revoked key ends with it. */
import { createHash } from "node:crypto";
import { AppError } from "../core/errors.ts";
import { parseId, showId } from "../core/id.ts";
import { findApiKey, noteApiKeyUsed } from "../store/api-keys.ts";
import { findBrowserSession } from "../store/browser-sessions.ts";
import type { Scope } from "../store/scope.ts";
import type { HttpParts } from "./http-parts.ts";
import { cookieToken } from "./session-cookie.ts";

export interface Principal {
  readonly kind: "key" | "session";
  /** The key's id, or the session's member. */
  readonly id: string;
  /** As shown: `key_…` or `mem_…`. */
  readonly shownId: string;
  /** On whose behalf. */
  readonly member: string;
  readonly scope: Scope;
}

/** What of a request says who calls. */
interface Credentials {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export type Authenticate = (credentials: Credentials) => Promise<Principal>;

/** Keys whose last use is remembered, so that their row is written once a minute; the oldest is forgotten first. */
const NOTED_MAX = 10_000;
const NOTE_MS = 60_000;
const READING: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** Throws `unauthenticated`, `forbidden` for a session used by another site, `not_found` for a project that is not the key's. */
export function createAuthenticate(parts: Pick<HttpParts, "database" | "dispatch" | "clock" | "log">): Authenticate {
  const noted = new Map<string, number>();

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

  const byKey = async (header: string): Promise<Principal> => {
    const key = /^Bearer +([\x21-\x7e]{1,200})$/i.exec(header)?.[1];
    const found = key === undefined ? null : await findApiKey(parts.dispatch, sha256(key));
    const now = parts.clock.nowMs();
    if (!found || found.revokedAt !== null || (found.expiresAt !== null && found.expiresAt <= now)) {
      throw new AppError("unauthenticated", "This API key is not known, or no longer valid.");
    }
    const scope = { organization: found.organization, project: found.project };
    noteUsed(scope, found.id);
    return { kind: "key", id: found.id, shownId: showId("key", found.id), member: found.member, scope };
  };

  const bySession = async (token: string, credentials: Credentials): Promise<Principal> => {
    refuseOtherSites(credentials);
    const found = await findBrowserSession(parts.dispatch, sha256(token));
    if (!found || found.expiresAt <= parts.clock.nowMs())
      throw new AppError("unauthenticated", "This session has ended.");
    const scope = { organization: found.organization, project: found.project };
    return { kind: "session", id: found.member, shownId: showId("mem", found.member), member: found.member, scope };
  };

  return async (credentials) => {
    const { authorization } = credentials.headers;
    const token = cookieToken(credentials.headers["cookie"]);
    let principal: Principal;
    if (typeof authorization === "string") principal = await byKey(authorization);
    else if (token !== null) principal = await bySession(token, credentials);
    else throw new AppError("unauthenticated", "The request names no API key.");
    refuseOtherProject(principal, credentials.headers["steward-project"]);
    return principal;
  };
}

export function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** A key is bound to one project; naming another finds nothing, as if there were none. */
function refuseOtherProject(principal: Principal, named: string | readonly string[] | undefined): void {
  if (named === undefined) return;
  if (typeof named === "string" && parseId("prj", named) === principal.scope.project) return;
  throw new AppError("not_found", "The project that Steward-Project names does not exist for this key.");
}

/**
 * The browser sends the cookie along with whatever a page makes it send: what changes something must come from our own
 * page, by `Sec-Fetch-Site` or, where that is missing, `Origin` (cookies know no ports, so another port is another site here).
 */
function refuseOtherSites({ method, headers }: Credentials): void {
  const site = headers["sec-fetch-site"];
  const own = site === "same-origin" || (site === undefined && hostOf(headers["origin"]) === headers["host"]);
  const direct = READING.has(method) && (site === undefined || site === "none") && headers["origin"] === undefined;
  if (!own && !direct) throw new AppError("forbidden", "A session serves Steward's own page only.");
}

/** The host and port of an Origin; whether it is https is the business of whoever ends TLS before us. */
function hostOf(origin: string | readonly string[] | undefined): string | null {
  return typeof origin === "string" ? (URL.parse(origin)?.host ?? null) : null;
}
