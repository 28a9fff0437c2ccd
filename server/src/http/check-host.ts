/** What every request passes first, on every path: it names a host we serve, once, and a path of ours. */
import { AppError } from "../core/errors.ts";
import { createCameFrom, NO_PROXIES, type CameFromOf } from "./trusted-proxies.ts";
import type { RawRequest } from "./webhooks.ts";

interface HostRule {
  /** Where the server listens: an address, or `localhost`. */
  readonly host: string;
  /** Where the installation is called from outside: `https://steward.example.com`. */
  readonly publicUrl: string;
}

const WILDCARDS: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);
/** Headers of which Node takes the first and others the last: two of them mean two things to two readers. */
const ONCE: ReadonlySet<string> = new Set(["host", "authorization"]);

/**
 * Refuses a request whose Host header is not one this server is known by, so that a page of another name that was
 * pointed at this address (DNS rebinding) can't talk to it. `local` is the address the connection came in on: a wildcard
 * listener is also known by that, since an address can't be rebound.
 */
function hostCheck(rule: HostRule, port: number): (host: string | undefined, local: string | undefined) => void {
  const known = new Set([new URL(rule.publicUrl).host]);
  for (const name of ["localhost", "127.0.0.1", "[::1]", bracketed(rule.host)]) {
    known.add(`${name}:${port}`);
    if (port === 80 || port === 443) known.add(name);
  }
  const wildcard = WILDCARDS.has(rule.host);
  return (host, local) => {
    if (host !== undefined && known.has(host)) return;
    const lower = host?.toLowerCase();
    if (lower !== undefined && known.has(lower)) return;
    if (wildcard && local !== undefined && lower === `${bracketed(local.replace(/^::ffff:/, ""))}:${port}`) return;
    throw new AppError("host_refused", `${JSON.stringify((host ?? "").slice(0, 100))} is no name of this server.`);
  };
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address.toLowerCase();
}

/** Throws `invalid_request`. */
function checkForm({ url, rawHeaders }: RawRequest): void {
  // `GET http://elsewhere/ HTTP/1.1` is for proxies, and its host another than the header's (RFC 9112, section 3.2.2).
  if (url !== "*" && !url?.startsWith("/"))
    throw new AppError("invalid_request", "The address of a request begins with /.");
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length !== 4 && name.length !== 13) continue; // no name of ONCE: spares the many a lower-cased copy
    const lower = name.toLowerCase();
    if (!ONCE.has(lower)) continue;
    if (seen.has(lower)) throw new AppError("invalid_request", `There is more than one header ${lower}.`);
    seen.add(lower);
  }
}

export interface HostGuard {
  /** Throws `host_refused`, `invalid_request`, and `forbidden` for plain HTTP from afar. Afterwards the Host header is what the caller asked for, whoever is in between. */
  readonly check: (request: RawRequest) => void;
  /** Canonical text of who calls; what limits count and the log names. */
  readonly addressOf: (request: RawRequest) => string;
  /** Whether what is given to this caller must stay on TLS: always, but on the loopback's own names. */
  readonly isSecure: (request: RawRequest) => boolean;
  /** Whether to tell the browser to come by TLS only (RFC 6797): asked by TLS, at a public https address that is a name. */
  readonly isStrict: (request: RawRequest) => boolean;
  /** To be called once the server is bound to its port. */
  serve(rule: HostRule, port: number): void;
}

/** The check of a server that doesn't know its port yet; until it does, nothing is served. */
export function createHostGuard(cameFrom: CameFromOf = createCameFrom(NO_PROXIES)): HostGuard {
  let check: ReturnType<typeof hostCheck> | null = null;
  let strictHost: string | null = null;
  let onLoopback = true;
  return {
    check(request) {
      if (check === null) throw new AppError("unavailable", "The server has not begun to serve.");
      checkForm(request);
      const { host, proxied } = cameFrom(request);
      const { remoteAddress = "" } = request.socket;
      if (
        !onLoopback &&
        !proxied &&
        !("encrypted" in request.socket) &&
        !isLoopback(remoteAddress.replace(/^::ffff:/, ""))
      )
        throw new AppError("forbidden", "Plain HTTP is served to the proxies in STEWARD_TRUSTED_PROXIES only.");
      check(host, request.socket.localAddress);
      if (host !== request.headers.host) request.headers.host = host;
    },
    addressOf: (request) => cameFrom(request).address,
    isSecure(request) {
      const { secure, host } = cameFrom(request);
      return secure || !isLoopback((host ?? "").replace(/:\d+$/, ""));
    },
    isStrict(request) {
      if (strictHost === null) return false;
      const { secure, host } = cameFrom(request);
      return secure && host?.toLowerCase() === strictHost;
    },
    serve(rule, port) {
      check = hostCheck(rule, port);
      onLoopback = isLoopback(rule.host);
      const { protocol, host, hostname } = new URL(rule.publicUrl);
      strictHost = protocol === "https:" && /\.[a-z][a-z0-9-]*\.?$/i.test(hostname) ? host : null;
    },
  };
}

/** Whether nobody but this machine reaches a server that listens there, or is called by that name. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);
}
