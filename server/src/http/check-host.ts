import { AppError } from "../core/errors.ts";
import type { RawRequest } from "./webhooks.ts";

interface HostRule {
  /** Where the server listens: an address, or `localhost`. */
  readonly host: string;
  /** Where the installation is called from outside: `https://steward.example.com`. */
  readonly publicUrl: string;
}

const WILDCARDS: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

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

export interface HostGuard {
  /** Throws `host_refused`. */
  readonly check: (request: RawRequest) => void;
  /** To be called once the server is bound to its port. */
  serve(rule: HostRule, port: number): void;
}

/** The check of a server that doesn't know its port yet; until it does, nothing is served. */
export function createHostGuard(): HostGuard {
  let check: ReturnType<typeof hostCheck> | null = null;
  return {
    check(request) {
      if (check === null) throw new AppError("unavailable", "The server has not begun to serve.");
      check(request.headers.host, request.socket.localAddress);
    },
    serve(rule, port) {
      check = hostCheck(rule, port);
    },
  };
}

/** Whether nobody but this machine reaches a server that listens there, or is called by that name. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);
}
