/**
 * The one way out. Every byte that leaves for the outside, of a run or of Steward itself, leaves through `Egress`.
 * Adapters implement it (`adapters/egress/create-egress.ts`); tests that need an outside implement it with a closure.
 */

/** What a client proves itself with in the TLS handshake. PEM. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly key: string;
  readonly passphrase: string | null;
  /** Trusted for the server's certificate in the place of the usual ones; null: the usual ones. */
  readonly authority: string | null;
  /** The same for the same certificate and key, and for no other: connections are reused only with it. */
  readonly id: string;
}

/** One HTTP request, already filled in: nothing is added but `host`, `content-length` and the defaults named below. */
export interface EgressRequest {
  /** A token of RFC 9110; CONNECT and TRACE are refused. */
  readonly method: string;
  /** `http:` or `https:`, without user-info. The fragment is not sent. */
  readonly url: string;
  /** In order. `accept-encoding: identity`, `accept` and `user-agent` are added where missing; hop-by-hop names are refused. */
  readonly headers: readonly (readonly [string, string])[];
  /** A string is sent as UTF-8; null and empty send no body. */
  readonly body: Uint8Array | string | null;
  /** From the call to the complete answer, all redirects and waiting included. */
  readonly timeoutMs: number;
  /** Of the body as it comes off the wire. Nothing is decompressed: the caller gets the bytes that were sent. */
  readonly responseBytesMax: number;
  /** 0 answers a 3xx as it is. Only GET and HEAD without a body follow redirects; others answer the 3xx. */
  readonly redirectsMax: number;
  /** Hosts this request may reach (exact, or `*.example.com` for one or more labels below it), null for any public one. */
  readonly hosts: readonly string[] | null;
  /** Asked of where a redirect leads before it is followed; false refuses it. */
  readonly mayFollow?: (url: string) => boolean;
  /** Names of headers that carry a credential: dropped when a redirect changes the origin, refused over plain http to the public. */
  readonly secretHeaders: readonly string[];
  /** Sent in the handshake with `hosts` alone, which must be named; refused over plain http. */
  readonly certificate?: ClientCertificate;
  /** Aborts the request: before the first byte it is refused as `cancelled`, later it is unknown as `aborted`. */
  readonly signal: AbortSignal;
  /** Asked synchronously just before the first byte of each hop (lease deadline, cancellation); false refuses and nothing is sent. */
  readonly beforeFirstByte?: () => boolean;
  /** Connections are reused only between requests of one partition (a project's id), so that no tenant can poison another's. */
  readonly partition?: string;
}

export type EgressRefusalCode =
  | "address_forbidden"
  | "cancelled"
  | "header_invalid"
  | "host_not_allowed"
  | "method_invalid"
  | "overloaded"
  | "port_forbidden"
  | "redirect_forbidden"
  | "scheme_forbidden"
  | "too_many_redirects"
  | "url_invalid";

/**
 * What became of a request (R5). Messages name hosts and addresses, never a path, query, header or body.
 * - `answer`: a complete answer, whatever its status.
 * - `refused`: Steward refused; nothing left the machine (after a redirect: nothing but reads that were answered by it).
 * - `unsent`: a known failure; not one byte of the request was handed to a connection.
 * - `unknown`: the request may have left and no complete answer was read.
 * - `too_large`: known: it was done and answered with `status`; `bytes` is the length announced, else what was read.
 */
export type EgressAnswer =
  | {
      readonly kind: "answer";
      readonly status: number;
      /** Names in lower case, in order, repeated as they came. */
      readonly headers: readonly (readonly [string, string])[];
      readonly body: Uint8Array;
      /** The URL that answered, after redirects. */
      readonly url: string;
    }
  | { readonly kind: "refused"; readonly code: EgressRefusalCode; readonly message: string }
  | {
      readonly kind: "unsent";
      readonly code: "dns" | "connect" | "tls" | "connect_timeout";
      readonly message: string;
    }
  | {
      readonly kind: "unknown";
      /** `protocol`: what came back is not HTTP. */
      readonly code: "timeout" | "reset" | "aborted" | "truncated" | "protocol";
      readonly message: string;
    }
  | { readonly kind: "too_large"; readonly status: number; readonly bytes: number; readonly message: string };

export interface Egress {
  /** Settles exactly once and rejects only for a bug. Never sends a request twice. */
  request(request: EgressRequest): Promise<EgressAnswer>;
  /** Closes every outbound socket now, with a reset, and ends what is in flight; later requests are served again. */
  abortAll(reason: string): void;
  /** Requests begun and not yet settled. */
  inFlight(): number;
  /** Ends what is in flight, closes the connections and refuses every later request. */
  close(): Promise<void>;
}
