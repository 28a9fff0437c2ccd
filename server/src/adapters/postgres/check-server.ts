import { AppError } from "../../core/errors.ts";
import { invariant } from "../../core/invariant.ts";
import { isConnectionLost, sqlState, type Database } from "../../core/ports/database.ts";
import { messageOf } from "../../core/thrown.ts";
import { assertDurable } from "./durable.ts";

const VERSION_MIN = 150_000;

export interface ServerFacts {
  /** As `server_version_num` has it: 150004 for 15.4. */
  readonly version: number;
  readonly shown: string;
  readonly encoding: string;
}

/** Why Steward can't run on such a server and what to do about it, or null when it can. */
export function refusalOf({ version, shown, encoding }: ServerFacts): string | null {
  if (version < VERSION_MIN) {
    return `The database of DATABASE_URL is PostgreSQL ${shown}; Steward needs 15 or newer. Upgrade it, or unset DATABASE_URL to use the one Steward brings.`;
  }
  if (encoding !== "UTF8") {
    return `The database of DATABASE_URL is encoded in ${encoding}; Steward needs UTF8. Make one with \`create database … encoding 'UTF8' template template0\`.`;
  }
  return null;
}

/**
 * Throws `start_refused`, saying what to do, unless the database behind DATABASE_URL can be
 * reached and is a PostgreSQL 15 or newer in UTF-8 whose commits are durable.
 */
export async function checkServer(database: Database): Promise<void> {
  const refusal = refusalOf(await readFacts(database));
  if (refusal !== null) throw new AppError("start_refused", refusal);
  await assertDurable(database);
}

async function readFacts(database: Database): Promise<ServerFacts> {
  try {
    const { rows } = await database.query<ServerFacts>({
      text: `select current_setting('server_version_num')::int as version, current_setting('server_version') as shown,
                    current_setting('server_encoding') as encoding`,
    });
    const [facts] = rows;
    invariant(facts !== undefined, "a select without from gives a row");
    return facts;
  } catch (error) {
    if (!isConnectionLost(error) && sqlState(error) === null) throw error;
    throw new AppError(
      "start_refused",
      `Steward can't reach the database of DATABASE_URL: ${messageOf(error)}. Check the address, name and password, and that the server runs.`,
    );
  }
}

/**
 * Throws `start_refused` with `rolesSql`, the statements that make the right roles, when the role
 * of this connection could pass by row-level security: itself or through a role it belongs to, by
 * being superuser, by BYPASSRLS, or by owning a table, which would let it switch the policies off.
 */
export async function checkRole(database: Database, rolesSql: string): Promise<void> {
  const { rows } = await database.query<{ me: string; via: string; why: string }>({
    text: `select session_user::text as me, r.rolname::text as via,
                  case when r.rolsuper then 'is a superuser' when r.rolbypassrls then 'has BYPASSRLS'
                       else 'owns tables' end as why
             from pg_roles r
            where pg_has_role(session_user, r.oid, 'MEMBER')
              and (r.rolsuper or r.rolbypassrls or exists (
                    select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                     where c.relowner = r.oid and c.relkind in ('r', 'p') and n.nspname !~ '^(pg_|information_schema$)'))
            order by r.rolname = session_user desc, r.rolsuper desc, r.rolname
            limit 1`,
  });
  const [found] = rows;
  if (found === undefined) return;
  const who = found.via === found.me ? `The role ${found.me}` : `The role ${found.me} belongs to ${found.via}, which`;
  throw new AppError(
    "start_refused",
    `${who} ${found.why}, so it could read what belongs to others. Let Steward connect as a role that can't; these statements make it:\n${rolesSql}`,
    { role: found.me },
  );
}
