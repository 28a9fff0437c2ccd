/** The one cookie there is: a session's token, which the page's script can't read and other sites' requests don't carry. */
const NAME = "steward_session";
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
/** Cookies of other servers on the same host come along; beyond this many characters they are not read. */
const HEADER_CHARS_MAX = 8192;

export const SESSION_MS = 7 * 86_400_000;

export function setCookie(token: string, secure: boolean): string {
  return `${NAME}=${token}; Path=/; Max-Age=${SESSION_MS / 1000}; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`;
}

export function clearCookie(): string {
  return `${NAME}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict`;
}

/** The session's token in a Cookie header, or null. */
export function cookieToken(header: string | readonly string[] | undefined): string | null {
  if (typeof header !== "string" || header.length > HEADER_CHARS_MAX) return null;
  for (const pair of header.split(";")) {
    const at = pair.indexOf("=");
    if (at === -1 || pair.slice(0, at).trim() !== NAME) continue;
    const token = pair.slice(at + 1).trim();
    if (TOKEN.test(token)) return token;
  }
  return null;
}
