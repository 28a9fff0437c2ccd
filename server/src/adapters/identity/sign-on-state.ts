/** What a sign-on that is under way must remember: kept under the digest of an unguessable state, for one use, bound to one browser. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { SignOnRows } from "../../core/ports/sign-on-rows.ts";
import { cookiePrefix } from "./session-token.ts";

/** For whoever is asked by their provider to prove themselves. */
export const UNDER_WAY_SECONDS = 600;
const HEADER_CHARS_MAX = 8192;

export interface UnderWay {
  readonly provider: string;
  /** The digest of what the browser's cookie holds. */
  readonly browser: string;
  /** Of our own page, where to go on. */
  readonly to: string;
  /** OIDC: the nonce, and PKCE's verifier. */
  readonly nonce?: string;
  readonly verifier?: string;
  /** SAML: the request's id. */
  readonly request?: string;
}

type Kept = Readonly<Record<string, unknown>>;

/** Keeps something under a secret; whoever has the secret gets it once. */
export async function keep(rows: SignOnRows, kind: string, secret: string, value: Kept, endsMs: number): Promise<void> {
  await rows.keepSignOn(identifierOf(kind, secret), JSON.stringify(value), endsMs);
}

/** Gives what was kept and forgets it. */
export async function take<T extends Kept>(
  rows: SignOnRows,
  kind: string,
  secret: string,
  nowMs: number,
): Promise<T | null> {
  const row = await rows.takeSignOn(identifierOf(kind, secret));
  if (row === null || row.endsAt <= nowMs) return null;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `keep` under the same kind
  return JSON.parse(row.value) as T;
}

export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

/** Whether the Cookie header is of the browser that began. */
export function isSameBrowser(header: string | null, secure: boolean, browser: string): boolean {
  if (header === null || header.length > HEADER_CHARS_MAX) return false;
  const name = cookieName(secure);
  const pair = header.split(";").find((one) => one.trim().startsWith(`${name}=`));
  if (pair === undefined) return false;
  const given = digestOf(pair.trim().slice(name.length + 1));
  return timingSafeEqual(Buffer.from(given), Buffer.from(browser));
}

/** SameSite=Lax: it must come along when the provider leads back. */
export function browserCookie(value: string, secure: boolean): string {
  return `${cookieName(secure)}=${value}; Max-Age=${UNDER_WAY_SECONDS}; Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
}

export function endedBrowserCookie(secure: boolean): string {
  return `${cookieName(secure)}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
}

function cookieName(secure: boolean): string {
  return `${cookiePrefix(secure)}.sign_on`;
}

function identifierOf(kind: string, secret: string): string {
  return `sign-on-${kind}-${digestOf(secret)}`;
}
