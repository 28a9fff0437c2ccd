/** What the projects' databases and roles are, and whether one gets into another's; for the proof of the promises. */
import { Client } from "pg";
import type { DatabaseAccess } from "../../core/ports/project-databases.ts";
import { codeOf } from "../../core/thrown.ts";
import { openPool } from "../postgres/pool.ts";
import { findFaults } from "./administer.ts";
import { configOf, wayTo, type Way } from "./way.ts";

/** A project's database as the server's catalogs have it. Limits of -1 are none. */
export interface ShownProjectDatabase {
  readonly name: string;
  /** Whether there is a role of the same name, which may enter it and does not own it. */
  readonly ownRole: boolean;
  readonly connectionsMax: number;
  readonly roleConnectionsMax: number | null;
}

export interface ProjectsApart {
  /** See `ProjectServer.faults`. */
  faults(): Promise<readonly string[]>;
  /** Every project's database on the server. */
  list(): Promise<readonly ShownProjectDatabase[]>;
  /** Tries to connect as a project's role. Null when it was let in, else the SQLSTATE of the refusal. Throws when nobody answers. */
  enter(as: DatabaseAccess, database: string): Promise<string | null>;
}

const CONNECT_MS_MAX = 10_000;

/** @param way as steward_databases, into the server's maintenance database */
export function lookAtProjects(way: Way, log: (line: string) => void): ProjectsApart {
  const asAdmin = async <T>(act: (pool: ReturnType<typeof openPool>) => Promise<T>): Promise<T> => {
    const pool = openPool({ ...way, max: 1, applicationName: "steward proof", log });
    try {
      return await act(pool);
    } finally {
      await pool.close();
    }
  };
  return {
    faults: () => asAdmin(findFaults),
    list: () =>
      asAdmin(async (admin) => {
        const { rows } = await admin.query<ShownProjectDatabase>({ text: LIST });
        return rows;
      }),
    async enter(as, database) {
      const client = new Client({
        ...configOf(wayTo(way, database, { user: as.name, password: as.password })),
        application_name: "steward proof",
        connectionTimeoutMillis: CONNECT_MS_MAX,
      });
      client.on("error", () => undefined);
      try {
        await client.connect();
        return null;
      } catch (error) {
        const state = codeOf(error);
        if (state !== null && /^[0-9A-Z]{5}$/.test(state)) return state;
        throw error;
      } finally {
        await client.end().catch(() => undefined);
      }
    },
  };
}

const LIST = `select d.datname::text as name, d.datconnlimit as "connectionsMax", r.rolconnlimit as "roleConnectionsMax",
    r.oid is not null and r.rolcanlogin and r.oid <> d.datdba and has_database_privilege(r.oid, d.oid, 'connect') as "ownRole"
  from pg_database d left join pg_roles r on r.rolname = d.datname
  where d.datname ~ '^project_' order by 1`;
