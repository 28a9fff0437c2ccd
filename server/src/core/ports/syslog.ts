/** The way out for the audit to a syslog collector, under the same guard as every other outbound connection. */
import type { SyslogAddress } from "../audit-address.ts";

export interface SyslogRequest {
  readonly address: SyslogAddress;
  readonly frames: Uint8Array;
  /** From the call to the end of the connection. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** `taken`: all bytes were handed over and the collector ended the connection in order, or stayed silent. Syslog knows no receipt. */
export type SyslogAnswer =
  | { readonly kind: "taken" }
  | {
      readonly kind: "failed";
      readonly code:
        | "address_forbidden"
        | "scheme_forbidden"
        | "dns"
        | "connect"
        | "tls"
        | "timeout"
        | "reset"
        | "cancelled";
    };

export interface Syslog {
  /** Settles exactly once and rejects only for a bug. */
  send(request: SyslogRequest): Promise<SyslogAnswer>;
}
