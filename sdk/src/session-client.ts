import { type Client, createClient } from "./client.ts";
import type { Fetch } from "./request.ts";
import { createSignInClient, type SignInClient } from "./sign-in.ts";

export interface SessionClientOptions {
  /** Where Steward is, as it is known from outside: sessions are begun there only. */
  readonly baseUrl: string;
  /** Default: the platform's own. */
  readonly fetch?: Fetch | undefined;
}

/** Signing in where no browser keeps the session: both share its cookie, which lives as long as this object. */
export interface SessionClient {
  readonly signIn: SignInClient;
  /** The API as whoever signed in; in `project`, where a call needs one. */
  client(project?: string): Client;
}

/** The server sets fewer than ten. */
const COOKIES_MAX = 50;

/** A client that signs in with a password and keeps the session for itself, as a browser would. */
export function createSessionClient({ baseUrl, fetch }: SessionClientOptions): SessionClient {
  const keeping = withCookies(new URL(baseUrl).origin, fetch ?? ((url, init) => globalThis.fetch(url, init)));
  return {
    signIn: createSignInClient({ baseUrl, fetch: keeping }),
    client: (project) => createClient({ baseUrl, fetch: keeping, project: () => project }),
  };
}

/** Says the origin too, which browsers add by themselves and the server asks for: a session serves its own page only. */
function withCookies(origin: string, fetch: Fetch): Fetch {
  const cookies = new Map<string, string>();
  return async (url, init) => {
    if (new URL(url).origin !== origin) throw new TypeError(`a session of ${origin} goes nowhere else`);
    const headers = new Headers(init.headers);
    headers.set("origin", origin);
    if (cookies.size > 0) headers.set("cookie", Array.from(cookies, ([name, value]) => `${name}=${value}`).join("; "));
    const response = await fetch(url, { ...init, headers });
    for (const line of response.headers.getSetCookie()) keep(cookies, line);
    return response;
  };
}

/** RFC 6265, what of it a client of one server needs: a name, a value, and whether it is taken back. */
function keep(cookies: Map<string, string>, line: string): void {
  const [pair = "", ...attributes] = line.split(";");
  const at = pair.indexOf("=");
  if (at < 1) return;
  const name = pair.slice(0, at).trim();
  const isOver = attributes.some((one) => /^\s*max-age\s*=\s*-?0*\s*$/i.test(one));
  if (isOver) cookies.delete(name);
  else if (cookies.size < COOKIES_MAX) cookies.set(name, pair.slice(at + 1).trim());
}
