/**
 * Statements on PostgreSQL servers that are somebody's own, over the same guard as every request (`adapters/egress`).
 * Q1 A connection is made only to an address that was checked, and only by its number.
 * Q2 TLS 1.2 or newer with the server's certificate checked, before anything is said; without it only to this machine
 *    itself, where the operator opened that.
 * Q3 Each statement has a connection and a transaction of its own: nothing that it sets, prepares or locks is met by the
 *    next one, and what was revoked is used by none. Of `read` the transaction is read only.
 * Q4 A statement is sent once; whether its transaction stands is known unless the connection broke in the commit (R5).
 */
import type net from "node:net";
import type { PostgresAnswer, PostgresClient, PostgresQuery } from "../../core/ports/postgres-client.ts";
import { ServerBook, type ServerBookOptions } from "../egress/server-book.ts";
import { SharedSlots } from "../egress/slots.ts";
import { Querying } from "./querying.ts";

export interface PostgresClientOptions extends Pick<ServerBookOptions, "allow" | "nowMs" | "resolve"> {
  /** As the server shows it to its owner. */
  readonly applicationName: string;
  /** Certificates (PEM) to trust instead of the usual ones. */
  readonly ca?: string | undefined;
  /** Replaces the socket, whose `connect` is called with the address: for tests of where nothing may be sent. */
  readonly newSocket?: () => net.Socket;
  /** At once, by default 40, and of one partition 8; further ones wait within their own timeout. */
  readonly queriesMax?: number;
  readonly partitionMax?: number;
}

const QUERIES_MAX = 40;
const PARTITION_MAX = 8;
const WAITING_MAX = 500;
/** What a timer can hold. */
const TIMER_MS_MAX = 2_147_483_647;

/** The client; it opens nothing before its first query. */
export function createPostgresClient(options: PostgresClientOptions): PostgresClient {
  const servers = new ServerBook(options);
  const rooms = new SharedSlots(options.queriesMax ?? QUERIES_MAX, WAITING_MAX, options.partitionMax ?? PARTITION_MAX);
  const queryings = new Set<Querying>();
  let closed = false;

  const query = async (asked: PostgresQuery): Promise<PostgresAnswer> => {
    if (closed || asked.signal.aborted)
      return { kind: "refused", code: "cancelled", message: "it was cancelled before it began" };
    const { applicationName, ca, newSocket } = options;
    const one = new Querying({ servers, applicationName, ca, newSocket }, asked);
    const late = (): void => one.stop("timeout", `it was not done within ${asked.timeoutMs / 1000} s`);
    const onAbort = (): void => one.stop("cancelled", "it was cancelled");
    const timer = setTimeout(late, Math.min(asked.timeoutMs, TIMER_MS_MAX));
    asked.signal.addEventListener("abort", onAbort, { once: true });
    queryings.add(one);
    try {
      return await rooms.within(asked.partition, one.stopping, FULL, () => one.run());
    } finally {
      clearTimeout(timer);
      asked.signal.removeEventListener("abort", onAbort);
      queryings.delete(one);
    }
  };

  const abortAll = (reason: string): void => {
    for (const one of queryings) one.stop("cancelled", reason);
  };

  return {
    query,
    abortAll,
    async close() {
      closed = true;
      abortAll("Steward is stopping");
    },
  };
}

const FULL: PostgresAnswer = {
  kind: "failed",
  code: "overloaded",
  message: "too many statements are waiting to be sent; repeat it later",
};
