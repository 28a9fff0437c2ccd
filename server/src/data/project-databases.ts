/**
 * Each project's own database: made when it is first needed, entered with the password that stands sealed in Steward's
 * database, dropped when the project is purged.
 * D1 Of many first uses, in whatever processes, one makes it; the others wait and use it.
 * D2 A row is there before the database is, and goes after it: nothing on the server is without one.
 */
import { placeOf } from "../catalogue/tables.ts";
import { AppError } from "../core/errors.ts";
import { base32, showId } from "../core/id.ts";
import { invariant } from "../core/invariant.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { DatabaseAccess, ProjectServer, ProjectSession, UseOptions } from "../core/ports/project-databases.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { appendActs } from "../store/append-acts.ts";
import {
  findProjectDatabase,
  insertProjectDatabase,
  listProjectDatabases,
  moveProjectDatabase,
  noteMeasured,
  type ProjectDatabaseFacts,
  type ProjectDatabaseRow,
} from "../store/project-databases.ts";
import type { Scope } from "../store/scope.ts";

export interface ProjectDatabaseParts {
  /** Steward's own, as steward_app and as steward_dispatch. */
  readonly database: Database;
  readonly dispatch: Database;
  readonly keysOf: (scope: Scope) => Promise<ProjectKeys>;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly server: ProjectServer;
  readonly log: (message: string, error?: unknown) => void;
  /** What a project's database may take; 10 GiB unless given. */
  readonly bytesMax?: number;
}

export interface DataUse extends UseOptions {
  /** Makes the database smaller, or no larger: allowed when it is full. */
  readonly shrinks?: boolean;
}

export interface ProjectDatabases {
  readonly bytesMax: number;
  /** A transaction in the project's database, which is made if there is none. Throws as `ProjectServer.use`, and `quota_exceeded`. */
  use<T>(scope: Scope, how: DataUse, run: (session: ProjectSession) => Promise<T>): Promise<T>;
  /** The same, or null where there is no database yet. */
  useIfThere<T>(scope: Scope, how: DataUse, run: (session: ProjectSession) => Promise<T>): Promise<T | null>;
  /** As it is now; null when there is none. */
  measure(scope: Scope): Promise<(ProjectDatabaseFacts & { readonly connections: number }) | null>;
  /** Drops it and all that is in it. False when there was none. Needs no key: a shredded project's goes too. */
  drop(scope: Scope): Promise<boolean>;
  /** Of all projects, by project; for operators and sweeps. */
  list(page: { readonly after: string | null; readonly limit: number }): Promise<readonly ProjectDatabaseFacts[]>;
}

/** Projects whose way in is held at hand; the one not used for longest goes first. */
const HELD_MAX = 1000;
const MEASURE_MS = 60_000;
const BYTES_MAX = 10 * 2 ** 30;
const PASSWORD = placeOf("project_databases", "password");

interface Held {
  readonly access: DatabaseAccess;
  bytes: number;
  measuredMs: number;
}

export function createProjectDatabases(parts: ProjectDatabaseParts): ProjectDatabases {
  return new OwnDatabases(parts);
}

class OwnDatabases implements ProjectDatabases {
  readonly bytesMax: number;
  readonly #parts: ProjectDatabaseParts;
  readonly #held = new Map<string, Held>();
  readonly #opening = new Map<string, Promise<Held>>();

  constructor(parts: ProjectDatabaseParts) {
    this.#parts = parts;
    this.bytesMax = parts.bytesMax ?? BYTES_MAX;
  }

  async use<T>(scope: Scope, how: DataUse, run: (session: ProjectSession) => Promise<T>): Promise<T> {
    return await this.#within(scope, await this.#open(scope), how, run);
  }

  async useIfThere<T>(scope: Scope, how: DataUse, run: (session: ProjectSession) => Promise<T>): Promise<T | null> {
    const there =
      this.#held.has(scope.project) || (await findProjectDatabase(this.#parts.database, scope))?.state === "ready";
    return there ? await this.use(scope, how, run) : null;
  }

  async measure(scope: Scope): Promise<(ProjectDatabaseFacts & { readonly connections: number }) | null> {
    const { database, server, clock } = this.#parts;
    const row = await findProjectDatabase(database, scope);
    if (row === null) return null;
    const size = row.state === "ready" ? await server.measure(row.name) : null;
    if (size === null) return { ...factsOf(row), connections: 0 };
    const measuredAt = clock.nowMs();
    await noteMeasured(database, scope, size, measuredAt);
    const held = this.#held.get(scope.project);
    if (held) Object.assign(held, { bytes: size.bytes, measuredMs: clock.monotonicMs() });
    return { ...factsOf(row), ...size, measuredAt };
  }

  async drop(scope: Scope): Promise<boolean> {
    const { database, server, clock } = this.#parts;
    const row = await findProjectDatabase(database, scope);
    if (row === null) return false;
    await moveProjectDatabase(database, scope, [["making", "ready", "dropping"], "dropping"]);
    this.#held.delete(scope.project);
    await server.drop(row.name);
    const gone = await moveProjectDatabase(database, scope, [["dropping"], "gone"], (tx) =>
      appendActs(tx, scope.organization, [this.#act(scope, "database.dropped")], clock.nowMs()),
    );
    return gone;
  }

  list(page: { readonly after: string | null; readonly limit: number }): Promise<readonly ProjectDatabaseFacts[]> {
    return listProjectDatabases(this.#parts.dispatch, page);
  }

  async #within<T>(scope: Scope, held: Held, how: DataUse, run: (session: ProjectSession) => Promise<T>): Promise<T> {
    const { server, clock, log } = this.#parts;
    if (how.mode === "write" && how.shrinks !== true && held.bytes > this.bytesMax)
      throw new AppError(
        "quota_exceeded",
        `The project's database takes ${held.bytes} bytes and may take ${this.bytesMax}: delete rows or drop tables first.`,
      );
    try {
      return await server.use(held.access, how, run);
    } catch (error) {
      // Dropped by another process, perhaps: the next use looks.
      if (error instanceof AppError && error.code === "unavailable") this.#held.delete(scope.project);
      throw error;
    } finally {
      if (how.mode === "write" && clock.monotonicMs() - held.measuredMs > MEASURE_MS) {
        held.measuredMs = clock.monotonicMs();
        this.measure(scope).catch((error: unknown) => log(`the database of ${scope.project} was not measured`, error));
      }
    }
  }

  async #open(scope: Scope): Promise<Held> {
    const held = this.#held.get(scope.project);
    if (held) {
      this.#held.delete(scope.project);
      this.#held.set(scope.project, held);
      return held;
    }
    const opening =
      this.#opening.get(scope.project) ?? this.#make(scope).finally(() => this.#opening.delete(scope.project));
    this.#opening.set(scope.project, opening);
    return await opening;
  }

  async #make(scope: Scope): Promise<Held> {
    const { database, server, clock } = this.#parts;
    const keys = await this.#parts.keysOf(scope);
    const row = (await findProjectDatabase(database, scope)) ?? (await this.#begin(scope, keys));
    if (row.state === "dropping")
      throw new AppError("conflict", "The project's database is being dropped.", { retryAfterSeconds: 5 });
    const access = {
      name: row.name,
      password: keys.open("database", PASSWORD, Buffer.from(row.name), row.password).toString(),
    };
    if (row.state === "making") {
      await server.make(access);
      await moveProjectDatabase(database, scope, [["making"], "ready"], (tx) =>
        appendActs(tx, scope.organization, [this.#act(scope, "database.created")], clock.nowMs()),
      );
    }
    const made: Held = { access, bytes: row.bytes, measuredMs: Number.NEGATIVE_INFINITY };
    this.#held.set(scope.project, made);
    if (this.#held.size > HELD_MAX) this.#held.delete(this.#held.keys().next().value!);
    return made;
  }

  async #begin(scope: Scope, keys: ProjectKeys): Promise<ProjectDatabaseRow> {
    const { database, ids, clock } = this.#parts;
    const name = `project_${base32(ids.bytes(16))}`;
    const password = keys.seal(
      "database",
      PASSWORD,
      Buffer.from(name),
      Buffer.from(ids.bytes(32).toString("base64url")),
    );
    await insertProjectDatabase(database, scope, { name, password, createdAt: clock.nowMs() });
    const row = await findProjectDatabase(database, scope);
    invariant(row, "a row that was inserted, by whomever, is there");
    return row;
  }

  #act(scope: Scope, action: string) {
    return {
      atMs: this.#parts.clock.nowMs(),
      project: scope.project,
      actor: "system",
      action,
      target: showId("prj", scope.project),
      facts: {},
    };
  }
}

function factsOf(row: ProjectDatabaseRow): ProjectDatabaseFacts {
  const { organization, project, name, state, createdAt, bytes, tables, measuredAt } = row;
  return { organization, project, name, state, createdAt, bytes, tables, measuredAt };
}
