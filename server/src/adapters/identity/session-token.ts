/** The session's cookie, as the sign-in library signs and reads it: `token.signature`, HMAC-SHA256 in base64, percent-encoded. */
import { createHmac, timingSafeEqual } from "node:crypto";

/** Longer than any session: what the cookie says is not what counts. */
export const SESSION_SECONDS = 7 * 86_400;
/** Cookies of other servers on the same host come along; beyond this many characters they are not read. */
const HEADER_CHARS_MAX = 8192;
const TOKEN = /^[A-Za-z0-9]{32}$/;
const VALUE = /^([\w-]{1,100})\.([A-Za-z0-9+/]{43}=)$/;

/** `__Host-` binds a cookie to this very host and to TLS; without TLS browsers refuse the name. */
export function cookiePrefix(secure: boolean): string {
  return secure ? "__Host-steward" : "steward";
}

export function sessionCookieName(secure: boolean): string {
  return `${cookiePrefix(secure)}.session_token`;
}

/** The session's token in a Cookie header, when we signed it; else null. */
export function readSessionToken(header: string, secret: string, secure: boolean): string | null {
  const token = readSigned(header, sessionCookieName(secure), secret);
  return token !== null && TOKEN.test(token) ? token : null;
}

/** A signed cookie's value, when we signed it; else null. */
export function readSigned(header: string, name: string, secret: string): string | null {
  if (header.length > HEADER_CHARS_MAX) return null;
  for (const pair of header.split(";")) {
    const at = pair.indexOf("=");
    if (at === -1 || pair.slice(0, at).trim() !== name) continue;
    const parts = VALUE.exec(decoded(pair.slice(at + 1).trim()));
    if (parts === null) continue;
    const [, token = "", signature = ""] = parts;
    if (timingSafeEqual(Buffer.from(signature), Buffer.from(sign(token, secret)))) return token;
  }
  return null;
}

export function sessionCookie(token: string, secret: string, secure: boolean): string {
  const value = encodeURIComponent(`${token}.${sign(token, secret)}`);
  return `${sessionCookieName(secure)}=${value}; Max-Age=${SESSION_SECONDS}${attributes(secure)}`;
}

/** Takes the cookie away. */
export function endedCookie(secure: boolean): string {
  return `${sessionCookieName(secure)}=; Max-Age=0${attributes(secure)}`;
}

function attributes(secure: boolean): string {
  return `; Path=/; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`;
}

function sign(token: string, secret: string): string {
  return createHmac("sha256", secret).update(token).digest("base64");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
