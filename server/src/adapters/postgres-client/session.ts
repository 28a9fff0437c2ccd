import { Client, type ClientConfig } from "pg";
import { ConnectionLostError, sqlState } from "../../core/ports/database.ts";
import type { PostgresAnswer, PostgresQuery } from "../../core/ports/postgres-client.ts";
import { ForeignStatementError } from "../../core/ports/project-databases.ts";
import { translateError } from "../postgres/connection-errors.ts";
import { foreignError } from "../project-databases/foreign-error.ts";
import { ForeignQuery } from "../project-databases/foreign-query.ts";
import { WholeMessages } from "./whole-messages.ts";

/** For a polite end. */
const END_MS = 2_000;
/** Of what a server says beside an answer, which has a limit of its own: signing in, notices, errors. */
const WORDS_BYTES_MAX = 1_000_000;
const LOCK_MS_MAX = 10_000;
/** By which values are read; given in the transaction, since not every pooler takes them at the start of a session. */
const FORMATS = {
  DateStyle: "ISO",
  IntervalStyle: "iso_8601",
  TimeZone: "UTC",
  bytea_output: "hex",
  extra_float_digits: "1",
} as const;

/** One connection, for one transaction. */
export class Session {
  readonly #client: Client;
  readonly #bytesMax: number;
  readonly #secure: boolean;
  #garbled = false;

  constructor(config: ClientConfig, answerBytesMax: number) {
    this.#client = new Client(config);
    this.#secure = config.ssl !== false;
    this.#bytesMax = answerBytesMax + WORDS_BYTES_MAX;
    this.#client.on("error", () => undefined); // each loss reaches its statement as its error
  }

  /** Null once signed in, or what went wrong: the driver's error. */
  async connect(): Promise<unknown> {
    try {
      this.#guardStream(this.#secure);
      await this.#client.connect();
      return null;
    } catch (error) {
      return error;
    }
  }

  /** Settles with what became of the statement; never rejects for what the server says. */
  async transact({ statement, mode, timeoutMs }: PostgresQuery): Promise<PostgresAnswer> {
    try {
      await this.#own(beginning(mode, timeoutMs));
      const query = new ForeignQuery(statement);
      this.#client.query(query);
      const answer = await query.answer;
      if (this.#client.getTransactionStatus() !== "T")
        throw new ForeignStatementError(
          "sql_error",
          `${query.command} is not run here: each statement is a transaction`,
        );
      await this.#own("set constraints all immediate");
      return (await this.#commit()) ?? { kind: "answer", answer };
    } catch (error) {
      return this.#garbled ? GARBLED : failed(translateError(error, "no"));
    }
  }

  destroy(): void {
    driversOwn(this.#client).connection.stream.destroy();
  }

  /** Says goodbye, and hangs up whatever the server does. */
  end(): void {
    const hangUp = setTimeout(() => this.destroy(), END_MS);
    hangUp.unref();
    void this.#client
      .end()
      .catch(() => undefined)
      .finally(() => {
        clearTimeout(hangUp);
        this.destroy();
      });
  }

  async #own(text: string): Promise<string> {
    try {
      const answer = await this.#client.query({ text });
      const last = Array.isArray(answer) ? answer.at(-1) : answer;
      return last?.command ?? "";
    } catch (error) {
      throw translateError(error, "no");
    }
  }

  /** Null when it stands. */
  async #commit(): Promise<PostgresAnswer | null> {
    try {
      const { command } = await this.#client.query({ text: "commit" });
      if (command === "COMMIT") return null;
      return {
        kind: "failed",
        code: "sql_error",
        message: "the transaction was rolled back: a statement in it had failed",
      };
    } catch (error) {
      if (sqlState(error) !== null) return failed(translateError(error, "no"));
      return { kind: "unknown", code: "sql_unknown", message: "the connection was lost in the commit" };
    }
  }

  /**
   * A server that talks without end fills nobody's memory; and what it says in no form that the driver knows ends this
   * connection alone, for the driver reads it where a throw is nobody's.
   */
  #guardStream(secure: boolean): void {
    const { connection } = driversOwn(this.#client);
    const messages = new WholeMessages();
    let bytes = 0;
    connection.once(secure ? "sslconnect" : "connect", () => {
      const { stream } = connection;
      for (const listen of stream.listeners("data")) {
        stream.off("data", listen);
        stream.on("data", (piece) => {
          bytes += piece.length;
          if (this.#garbled || bytes > this.#bytesMax) return stream.destroy();
          try {
            listen.call(stream, messages.take(piece));
          } catch (error) {
            this.#garbled = true;
            stream.destroy(error instanceof Error ? error : new Error("the answer can't be read"));
          }
        });
      }
    });
  }
}

const GARBLED: PostgresAnswer = {
  kind: "failed",
  code: "sql_unavailable",
  message: "the server answered what is no PostgreSQL",
};

/** The first round trip of a transaction. */
function beginning(mode: "read" | "write", timeoutMs: number): string {
  const ms = Math.max(1, Math.round(timeoutMs));
  const formats = Object.entries(FORMATS).map(([name, value]) => `set local ${name} = '${value}'`);
  return [
    `begin isolation level read committed ${mode === "read" ? "read only" : "read write"}`,
    `set local statement_timeout = ${ms}`,
    `set local lock_timeout = ${Math.min(ms, LOCK_MS_MAX)}`,
    ...formats,
    // Where there is such a thing (14 and later): what lost its client ends within a second. Besides, a first query fixes
    // the transaction's snapshot, after which none can make it read write (PostgreSQL documentation, SET TRANSACTION).
    "select pg_catalog.set_config(name, '1000', true) from pg_catalog.pg_settings where name = 'client_connection_check_interval'",
  ].join("; ");
}

function failed(error: unknown): PostgresAnswer {
  if (error instanceof ConnectionLostError)
    return { kind: "failed", code: "sql_unavailable", message: "the connection to the database was lost" };
  const foreign = foreignError(error, ADVICE);
  if (!(foreign instanceof ForeignStatementError)) throw foreign;
  const { code, message } = foreign;
  return code === "sql_unknown" ? { kind: "unknown", code, message } : { kind: "failed", code, message };
}

/** What to add to the server's own words. */
const ADVICE: Readonly<Record<string, string>> = {
  "57014": "Raise timeoutMs, or let it do less.",
  "25006": "Use the action that changes something.",
  "42601": "One statement an action; values are bound as $1, $2, …",
};

type Listen = (piece: Buffer) => void;

/** What the driver's types leave out (pg/lib/client.js, pg/lib/connection.js). */
function driversOwn(client: Client): {
  readonly connection: {
    readonly stream: {
      destroy(error?: Error): void;
      listeners(event: "data"): Listen[];
      on(event: "data", listen: Listen): void;
      off(event: "data", listen: Listen): void;
    };
    once(event: "connect" | "sslconnect", listen: () => void): void;
  };
} {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
  return client as unknown as ReturnType<typeof driversOwn>;
}
