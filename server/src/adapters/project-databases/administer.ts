/** What steward_databases does: databases and their roles, made, mended, measured, dropped, and sessions ended. */
import { AppError } from "../../core/errors.ts";
import { invariant } from "../../core/invariant.ts";
import { sqlState, type Database } from "../../core/ports/database.ts";
import type { DatabaseAccess, DatabaseSize } from "../../core/ports/project-databases.ts";
import { TEMPLATE } from "./template.ts";
import { quoteName } from "./way.ts";

/** Connections that one role may have: a pool's in each of several processes, and one to end others by. */
const ROLE_CONNECTIONS = 24;
/** Serializes makers and droppers of all processes; in the maintenance database, where no project gets. */
const LOCK = 7_788_060;
/** Tries of one drop, should workers of autovacuum come again and again. */
const DROPS_MAX = 5;
const VERSION_16 = 160_000;

/** In the server's maintenance database, as steward_databases. */
export interface Administration {
  readonly admin: Database;
  /** Runs the callback with a connection of steward_databases to that database, and closes it. */
  readonly inDatabase: (name: string, act: (database: Database) => Promise<void>) => Promise<void>;
  /** Of a role's temporary files; set where the server lets us. */
  readonly temporaryBytesMax: number;
}

/** See `ProjectServer.make`. The role may enter last, when everything in it is as it should be. */
export async function makeProject(parts: Administration, access: DatabaseAccess): Promise<void> {
  const { admin } = parts;
  const name = quoteName(access.name);
  await locked(admin, async () => {
    await checkApart(admin);
    await makeRole(parts, access);
    if (!(await exists(admin, access.name))) {
      const template = (await exists(admin, TEMPLATE)) ? TEMPLATE : "template0";
      // Closed to all until it is closed to everybody but its role.
      const text = `create database ${name} template ${template} encoding 'UTF8' connection limit ${ROLE_CONNECTIONS} allow_connections false`;
      await ignoring(["42P04"], admin.query({ text }));
    }
    if (!(await mayEnter(admin, access.name))) {
      await admin.query({ text: `revoke all on database ${name} from public` });
      await admin.query({ text: `alter database ${name} with allow_connections true` });
      await parts.inDatabase(access.name, async (database) => {
        // Nobody may make anything in it since PostgreSQL 15; before 16 its owner can't even drop it.
        await ignoring(["42501"], database.query({ text: "drop schema if exists public" }));
        await database.query({
          text: `create schema if not exists data; grant usage, create on schema data to ${name}`,
        });
      });
      await admin.query({ text: `alter database ${name} set search_path = data` });
      await admin.query({ text: `grant connect on database ${name} to ${name}` });
    }
  });
}

/** Makes the role, or gives an existing one its password and limits back. */
export async function makeRole(
  { admin, temporaryBytesMax }: Administration,
  { name, password }: DatabaseAccess,
): Promise<void> {
  invariant(/^[A-Za-z0-9_-]{40,}$/.test(password), "a role's password is base64url: it can't be a parameter");
  const role = quoteName(name);
  const limits = `login noinherit connection limit ${ROLE_CONNECTIONS} password '${password}'`;
  const { count } = await admin.query({ text: "select from pg_roles where rolname = $1", values: [name] });
  if (count === 0) await ignoring(["42710", "23505"], admin.query({ text: `create role ${role} ${limits}` }));
  await admin.query({ text: `alter role ${role} ${limits}` });
  await admin.query({ text: `alter role ${role} reset all` });
  const { rows } = await admin.query<{ version: number }>({
    text: "select current_setting('server_version_num')::int as version",
  });
  // To act in its name where only it may: to end its sessions. Before 16 nobody could say so much.
  const options = (rows[0]?.version ?? 0) >= VERSION_16 ? " with set true, inherit false" : "";
  await admin.query({ text: `grant ${role} to current_user${options}` });
  const kilobytes = Math.ceil(temporaryBytesMax / 1024);
  await ignoring(["42501"], admin.query({ text: `alter role ${role} set temp_file_limit = ${kilobytes}` }));
}

/** See `ProjectServer.drop`. */
export async function dropProject({ admin }: Administration, name: string): Promise<void> {
  const quoted = quoteName(name);
  await locked(admin, async () => {
    const { count } = await admin.query({ text: "select from pg_roles where rolname = $1", values: [name] });
    if (count > 0) {
      await admin.query({ text: `alter role ${quoted} nologin` });
      const ending = admin.transaction(async (tx) => {
        await tx.query({ text: `set local role ${quoted}` });
        await tx.query({
          text: "select pg_terminate_backend(pid) from pg_stat_activity where usename = current_user and pid <> pg_backend_pid()",
        });
      });
      await ignoring(["42501"], ending); // one that ended just now, and whose place another took
    }
    await dropDatabase(admin, quoted);
    await admin.query({ text: `drop role if exists ${quoted}` });
  });
}

/**
 * Whoever is still in it goes. Autovacuum's workers are the superuser's, so `force` is refused while one is there
 * (42501); a drop without it asks them to leave, and waits 5 s for them, but for nobody else.
 */
async function dropDatabase(admin: Database, quoted: string): Promise<void> {
  for (let left = DROPS_MAX; ; left--) {
    try {
      return void (await admin.query({ text: `drop database if exists ${quoted} with (force)` }));
    } catch (error) {
      if (sqlState(error) !== "42501" || left === 1) throw error;
    }
    try {
      return void (await admin.query({ text: `drop database if exists ${quoted}` }));
    } catch (error) {
      if (sqlState(error) !== "55006") throw error; // in use: somebody else is in it as well
    }
  }
}

/** Ends a session of the role, whatever it runs: a cancellation can be caught inside, this can't. False if it is gone. */
export async function endSession(admin: Database, name: string, processId: number): Promise<boolean> {
  return await admin.transaction(async (tx) => {
    await tx.query({ text: `set local role ${quoteName(name)}` });
    const { rows } = await tx.query<{ ended: boolean }>({
      text: "select pg_terminate_backend(pid) as ended from pg_stat_activity where pid = $1 and usename = current_user",
      values: [processId],
    });
    return rows[0]?.ended ?? false;
  });
}

/** Bytes and connections, null when there is no such database. Its tables are counted inside. */
export async function measureProject(admin: Database, name: string): Promise<Omit<DatabaseSize, "tables"> | null> {
  const { rows } = await admin.query<{ bytes: number; connections: number }>({
    text: `select pg_database_size(oid) as bytes,
        (select count(*) from pg_stat_activity a where a.datid = d.oid) as connections
      from pg_database d where datname = $1`,
    values: [name],
  });
  return rows[0] ?? null;
}

/** See `ProjectServer.faults`: what everybody may enter, and what the role could do beyond its own. */
export async function findFaults(admin: Database): Promise<readonly string[]> {
  const { rows } = await admin.query<{ fault: string }>({
    text: `select format('everybody may enter the database %I: revoke connect on database %I from public', datname, datname) as fault
        from pg_database d where datallowconn and exists (
          select from aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) where grantee = 0 and privilege_type = 'CONNECT')
      union all select format('the role %I may enter the database %I', r.rolname, d.datname)
        from pg_roles r, pg_database d where r.rolname ~ '^project_' and d.datname <> r.rolname and d.datallowconn
          and has_database_privilege(r.oid, d.oid, 'connect')
      union all select format('the role %I may more than a project''s role should', rolname) from pg_roles
        where rolname ~ '^project_' and (rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls or rolinherit)
      union all select format('the role %I belongs to %I', pg_get_userbyid(member), pg_get_userbyid(roleid))
        from pg_auth_members where pg_get_userbyid(member) ~ '^project_'
      union all select 'max_prepared_transactions is above 0: a project could leave transactions open'
        where current_setting('max_prepared_transactions')::int > 0
      limit 100`,
  });
  return rows.map((row) => row.fault);
}

/** Throws `unavailable` when a database of the server is open to everybody: a project's role could enter it. */
async function checkApart(admin: Database): Promise<void> {
  const faults = await findFaults(admin);
  if (faults.length === 0) return;
  throw new AppError(
    "unavailable",
    `No database for projects is made on this server, for they would not be apart: ${faults.slice(0, 5).join("; ")}.`,
  );
}

async function exists(admin: Database, database: string): Promise<boolean> {
  return (await admin.query({ text: "select from pg_database where datname = $1", values: [database] })).count > 0;
}

/** Whether the role was let in: granted last of all, so everything before it is done. */
async function mayEnter(admin: Database, name: string): Promise<boolean> {
  const { count } = await admin.query({
    text: `select from pg_database d, aclexplode(d.datacl) a
      where datname = $1 and a.privilege_type = 'CONNECT' and a.grantee = (select oid from pg_roles where rolname = $1)`,
    values: [name],
  });
  return count > 0;
}

/** One maker or dropper at a time, of all processes. What is under the lock may be repeated, should the lock break. */
async function locked(admin: Database, act: () => Promise<void>): Promise<void> {
  await admin.transaction(async (tx) => {
    await tx.query({ text: "select pg_advisory_xact_lock($1)", values: [LOCK] });
    await act();
  });
}

async function ignoring(states: readonly string[], act: Promise<unknown>): Promise<void> {
  try {
    await act;
  } catch (error) {
    if (!states.includes(sqlState(error) ?? "")) throw error;
  }
}
