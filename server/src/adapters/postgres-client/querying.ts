import type net from "node:net";
import type { ClientConfig } from "pg";
import type { Target } from "../../core/egress/judge-url.ts";
import type { PostgresAnswer, PostgresQuery } from "../../core/ports/postgres-client.ts";
import { type ServerAddress, serverTarget } from "../egress/judge-server.ts";
import type { ServerBook } from "../egress/server-book.ts";
import { notConnected } from "./not-connected.ts";
import { Session } from "./session.ts";

export interface QueryingGround {
  readonly servers: ServerBook;
  readonly applicationName: string;
  readonly ca: string | undefined;
  readonly newSocket: (() => net.Socket) | undefined;
}

const ADDRESSES_TRIED_MAX = 3;
const CONNECT_MS_MAX = 10_000;

/** The course of one query: resolve, check, connect, sign in, begin, run, commit; stoppable at any moment. */
export class Querying {
  /** Settles with what stopping means while nothing was sent. */
  readonly stopping: Promise<PostgresAnswer>;
  readonly #ground: QueryingGround;
  readonly #query: PostgresQuery;
  readonly #target: Target;
  readonly #stopped: PromiseWithResolvers<PostgresAnswer>;
  #answer: PostgresAnswer | null = null;
  #session: Session | null = null;

  constructor(ground: QueryingGround, query: PostgresQuery) {
    this.#ground = ground;
    this.#query = query;
    this.#target = serverTarget("postgres", query.server);
    this.#stopped = Promise.withResolvers();
    this.stopping = this.#stopped.promise;
  }

  /** Ends it now; the first cause counts. What was begun and not committed is undone by the server. */
  stop(cause: "timeout" | "cancelled", reason: string): void {
    this.#answer ??=
      cause === "timeout"
        ? { kind: "failed", code: this.#session ? "sql_timeout" : "connect_timeout", message: reason }
        : { kind: "refused", code: "cancelled", message: reason };
    this.#stopped.resolve(this.#answer);
    this.#session?.destroy();
  }

  async run(): Promise<PostgresAnswer> {
    const found = await Promise.race([this.#ground.servers.find(this.#target), this.stopping]);
    if (!("kind" in found)) return await this.#try(found.slice(0, ADDRESSES_TRIED_MAX));
    if (found.kind === "unresolved") return { kind: "failed", code: "dns", message: found.message };
    return found;
  }

  async #try(addresses: readonly ServerAddress[]): Promise<PostgresAnswer> {
    let answer: PostgresAnswer = { kind: "failed", code: "connect", message: `${this.#target.host} has no address` };
    for (const address of addresses) {
      const session = this.#begin(address);
      if (session === null) return this.#answer ?? CANCELLED;
      const error = await Promise.race([session.connect(), this.stopping.then(() => null)]);
      if (this.#answer !== null) return this.#answer;
      if (error === null) return await this.#talk(session);
      session.destroy();
      answer = notConnected(this.#target, error);
      // Whoever answered has answered for all.
      if (answer.kind === "refused" || answer.code !== "connect") return answer;
    }
    return answer;
  }

  /** Null once it was stopped. */
  #begin({ address, plain }: ServerAddress): Session | null {
    if (this.#answer !== null || !this.#query.beforeFirstByte()) return null;
    const { server, user, password, statement, timeoutMs } = this.#query;
    const config: ClientConfig = {
      host: address.text,
      port: server.port,
      database: server.database,
      user,
      password,
      application_name: this.#ground.applicationName,
      connectionTimeoutMillis: Math.min(timeoutMs, CONNECT_MS_MAX),
      ssl: plain ? false : this.#tls(),
      ...(this.#ground.newSocket === undefined ? {} : { stream: this.#ground.newSocket }),
    };
    this.#session = new Session(config, statement.bytesMax);
    return this.#session;
  }

  #tls(): NonNullable<Exclude<ClientConfig["ssl"], boolean>> {
    const { ca } = this.#ground;
    const { host, address } = this.#target;
    return {
      // What the certificate is compared with. An address is not a server name (RFC 6066).
      host,
      ...(address === null ? { servername: host } : {}),
      minVersion: "TLSv1.2",
      rejectUnauthorized: true,
      ...(ca === undefined ? {} : { ca }),
    };
  }

  async #talk(session: Session): Promise<PostgresAnswer> {
    try {
      if (!this.#query.beforeFirstByte()) return CANCELLED;
      const answer = await session.transact(this.#query);
      // Before the commit was sent, stopping says why it failed; after it, only the server knows.
      return answer.kind === "failed" && this.#answer !== null ? this.#answer : answer;
    } finally {
      session.end();
    }
  }
}

const CANCELLED: PostgresAnswer = {
  kind: "refused",
  code: "cancelled",
  message: "it was cancelled before anything was sent",
};
