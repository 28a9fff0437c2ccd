/** PostgreSQL servers of projects' own, somewhere else. `adapters/postgres-client` implements it. */
import type { PostgresServer } from "../postgres-url.ts";
import type { ForeignAnswer, ForeignErrorCode, ForeignStatement } from "./project-databases.ts";

export interface PostgresQuery {
  readonly server: PostgresServer;
  readonly user: string;
  readonly password: string;
  readonly statement: ForeignStatement;
  /** `read` runs in a transaction that can't change anything. */
  readonly mode: "read" | "write";
  /** From the call to the server's last word. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Asked synchronously before the first byte leaves, and again before the statement does; false sends nothing. */
  readonly beforeFirstByte: () => boolean;
  /** At most a few at once of one partition (a project's id). */
  readonly partition: string;
}

/**
 * What became of a statement (R5); each is a transaction of its own. Messages name the server, and may quote what it says
 * of the statement, never its user or password.
 * - `answer`: it was done and committed.
 * - `refused`: Steward refused, or the server doesn't let the user in; nothing happened.
 * - `failed`: a known failure, nothing of it stays.
 * - `unknown`: the connection was lost in the commit.
 */
export type PostgresAnswer =
  | { readonly kind: "answer"; readonly answer: ForeignAnswer }
  | {
      readonly kind: "refused";
      readonly code: "address_forbidden" | "port_forbidden" | "cancelled" | "sql_sign_in" | "tls";
      readonly message: string;
    }
  | {
      readonly kind: "failed";
      readonly code:
        | Exclude<ForeignErrorCode, "sql_unknown">
        | "overloaded"
        | "dns"
        | "connect"
        | "connect_timeout"
        | "tls";
      readonly message: string;
    }
  | { readonly kind: "unknown"; readonly code: "sql_unknown"; readonly message: string };

export interface PostgresClient {
  /** Settles once and rejects only for a bug. Never sends a statement twice. */
  query(query: PostgresQuery): Promise<PostgresAnswer>;
  /** Breaks every connection now; later queries are sent again. */
  abortAll(reason: string): void;
  close(): Promise<void>;
}
