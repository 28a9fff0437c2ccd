/** The end of a responsibility: what rests on what is over is stopped, and whoever ended it is told what that was. */
import type { ConnectionUser, Stopped } from "@steward/sdk";
import type { AuditEntry } from "../audit-entry.ts";
import type { JsonObject } from "../json.ts";
import type { Transaction } from "./database.ts";

export type EndedKind = EndedThing["kind"];

/** A connection as its grants and flows know it. Ids are UUIDs. */
export interface EndedConnection {
  readonly id: string;
  readonly slug: string;
  readonly connector: string;
  /** The account whose it is; null: the project's. */
  readonly owner: string | null;
  /** The only flow that might use it, by slug. */
  readonly flow: string | null;
  /** Whether `me` in a step of its owner's runs meant it. */
  readonly isOwn: boolean;
}

/** What is over. `grants` are those that ended with it. */
export type EndedThing =
  | { readonly kind: "connection"; readonly connection: EndedConnection; readonly grants: readonly EndedGrant[] }
  | { readonly kind: "credential"; readonly id: string; readonly slug: string; readonly grants: readonly EndedGrant[] }
  | {
      readonly kind: "grant";
      readonly grant: EndedGrant;
      /** What it was on: a connection, or a credential by slug. */
      readonly on: EndedConnection | string;
    }
  | { readonly kind: "flow"; readonly id: string; readonly slug: string };

/** A grant as it was written. */
export interface EndedGrant {
  /** UUID. */
  readonly id: string;
  readonly form: JsonObject;
}

export interface Ending {
  /** UUID; of a connection that of its receipt. */
  readonly id: string;
  readonly of: EndedThing;
  /** As the audit names who ends it. */
  readonly by: string;
  readonly atMs: number;
  /** False leaves runs as they are: their project is gone, and nobody leads them. */
  readonly cancels?: boolean;
}

interface Place {
  readonly organization: string;
  readonly project: string;
}

export interface Endings {
  /**
   * Pauses the flows that rest on it and writes down what is left to do, in the transaction that ends it and in the
   * project's scope, after the row of what ends is locked. Locks flows by id. Gives what is to be audited with it.
   */
  begin(tx: Transaction, scope: Place, ending: Ending): Promise<readonly AuditEntry[]>;
  /** Flows whose published version acts with a connection, by slug. */
  usersOf(scope: Place, connection: Omit<EndedConnection, "isOwn" | "id">): Promise<ConnectionUser[]>;
  /**
   * To be called once that is committed: has all workers stop what is in flight, and cancels the runs that rest on it. If
   * nobody does, the turns do. May be repeated. Settles when nothing more begins, after about 10 s at the latest: what
   * is left then goes on by itself.
   */
  finish(scope: Place, id: string): Promise<Stopped>;
  /** The same for all that an organization has begun and not finished. Never rejects. */
  finishAll(organization: string): Promise<void>;
}
