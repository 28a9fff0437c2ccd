/**
 * The one way out, over HTTP/1.1 (`core/ports/egress.ts` says what callers get).
 * G1 A connection is made only to an address that was checked for this request's host and port, and only by its number.
 * G2 A redirect is a new request to the guard: parsed, resolved and checked again.
 * G3 Nothing is sent twice; whatever may have left without a complete answer is `unknown` (R5).
 * G4 Proxies and certificate settings of the environment have no effect.
 *
 * Measured on 2 cores against a sink on loopback, a POST with the guard's whole work: 40 µs one after another (undici's own
 * pool: 36 µs) and 33,000 a second at 100 in flight (undici: 36,000).
 */
import type { AllowList } from "../../core/egress/allow-list.ts";
import type { Egress, EgressAnswer, EgressRequest } from "../../core/ports/egress.ts";
import { type Connect, connectTcp } from "./connect.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { Operation } from "./operation.ts";
import { AddressBook, type Resolve, resolveByDns, resolveBySystem } from "./resolve.ts";
import { Slots } from "./slots.ts";

export interface EgressOptions {
  /** What the operator opens beyond the public internet. */
  readonly allow: AllowList;
  /** Monotonic. */
  readonly nowMs: () => number;
  /** Replaces both resolvers: name servers for public names, the system's for opened ones. */
  readonly resolve?: Resolve;
  readonly connect?: Connect;
  /** Certificates (PEM) to trust instead of the usual ones. */
  readonly ca?: string;
  /** At once, by default 1,000; further requests wait within their own timeout. */
  readonly requestsMax?: number;
  /** Waiting, by default 10,000; further requests are refused as `overloaded`. */
  readonly waitingMax?: number;
  /** Idle connections kept, by default 256. */
  readonly idleMax?: number;
}

/** What a timer can hold. */
const TIMER_MS_MAX = 2_147_483_647;

/** An egress; it opens nothing before its first request. */
export function createEgress(options: EgressOptions): Egress {
  const pool = new ConnectionPool(options.idleMax ?? 256, options.nowMs);
  const ground = {
    allow: options.allow,
    publicNames: new AddressBook(options.resolve ?? resolveByDns(null), options.nowMs),
    openedNames: new AddressBook(options.resolve ?? resolveBySystem, options.nowMs),
    connect: options.connect ?? connectTcp,
    ca: options.ca,
    pool,
    slots: new Slots(options.requestsMax ?? 1_000, options.waitingMax ?? 10_000),
  };
  const operations = new Set<Operation>();
  let closed = false;

  const abortAll = (reason: string): void => {
    for (const operation of operations) operation.stop("cancelled", reason);
    pool.resetAll();
  };

  return {
    async request(request: EgressRequest): Promise<EgressAnswer> {
      if (closed) return { kind: "refused", code: "cancelled", message: "Steward is stopping." };
      if (request.signal.aborted)
        return { kind: "refused", code: "cancelled", message: "It was cancelled before it began." };
      const operation = new Operation(ground, request);
      operations.add(operation);
      const timer = setTimeout(
        () => operation.stop("timeout", `no complete answer within ${request.timeoutMs} ms.`),
        Math.min(request.timeoutMs, TIMER_MS_MAX),
      );
      const onAbort = (): void => operation.stop("cancelled", "it was cancelled.");
      request.signal.addEventListener("abort", onAbort, { once: true });
      try {
        return await operation.run();
      } finally {
        clearTimeout(timer);
        request.signal.removeEventListener("abort", onAbort);
        operations.delete(operation);
      }
    },
    abortAll,
    inFlight: () => operations.size,
    async close(): Promise<void> {
      closed = true;
      abortAll("Steward is stopping.");
    },
  };
}
