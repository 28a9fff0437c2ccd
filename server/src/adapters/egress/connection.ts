import type net from "node:net";
import { Client, type Dispatcher } from "undici";
import { ConnectFailure, type ConnectPlan, openSocket } from "./connect.ts";

/** Idle connections close after this; a server's shorter `keep-alive` hint wins. Below the 5 s that many servers keep. */
const KEEP_ALIVE_MS = 4_000;
const RESPONSE_HEADER_BYTES_MAX = 32_768;

/**
 * One HTTP/1.1 connection, pinned to one checked address: a client of undici that can connect nowhere else, whatever the
 * URL's host resolves to later. One request at a time, so that a failure belongs to exactly one request.
 */
export class Connection {
  readonly key: string;
  /** When it was last given back, on the egress's clock. */
  idleSinceMs = 0;
  readonly #client: Client;
  readonly #onGone: (connection: Connection) => void;
  #raw: net.Socket | null = null;
  #socket: net.Socket | null = null;
  #gone = false;

  constructor(key: string, plan: ConnectPlan, onGone: (connection: Connection) => void) {
    this.key = key;
    this.#onGone = onGone;
    this.#client = new Client(plan.target.origin, {
      // All waiting is under the request's own deadline.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: RESPONSE_HEADER_BYTES_MAX,
      pipelining: 1,
      allowH2: false,
      connect: (_where, done) => this.#open(plan, done),
    });
  }

  #open(plan: ConnectPlan, done: (...args: [null, net.Socket] | [Error, null]) => void): void {
    // A closed connection is never reopened by undici: the next request opens one of its own.
    if (this.#raw !== null)
      return done(new ConnectFailure("connect", "The connection was closed before it was used."), null);
    this.#raw = openSocket(plan, (failure, socket) => {
      if (failure !== null) {
        done(failure, null);
        return this.discard();
      }
      this.#socket = socket;
      done(null, socket);
      // After undici's own listener, which first reads what the socket still held.
      socket.once("close", () => this.discard());
    });
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#client.dispatch(options, handler);
  }

  /** Whether the socket ended with an error: then the end of the stream is not the end of an answer. */
  get broken(): boolean {
    return this.#socket?.errored != null;
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** Closes it; whatever is in flight on it fails. */
  discard(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#raw?.destroy();
    void this.#client.destroy();
    this.#onGone(this);
  }

  /** Closes it with a TCP reset, so that bytes still in the kernel's send buffer don't leave either. */
  reset(): void {
    if (this.#raw?.destroyed === false) this.#raw.resetAndDestroy();
    this.discard();
  }
}
