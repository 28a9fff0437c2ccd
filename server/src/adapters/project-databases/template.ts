/**
 * The database that projects' databases are copied from, where a superuser can make one: what PostgreSQL lets everybody
 * do and see is taken away in it. Without it, a project's code could learn the opaque names of the other databases, and
 * fill what all of them share (the lock table by advisory locks); it could enter none of them either way.
 */
import type { Database } from "../../core/ports/database.ts";

export const TEMPLATE = "steward_project";

/** Run by a superuser in the database `postgres`. Repeated, it changes nothing. */
const ON_SERVER = `revoke all on database postgres, template1 from public;
  grant connect on database postgres to steward_databases;
  grant set on parameter temp_file_limit to steward_databases`;

/** Functions by name, and catalogs and views, that tell of other databases or reach beyond this one. */
const IN_TEMPLATE = `do $$
declare
  it record;
begin
  for it in select oid::regprocedure as name from pg_catalog.pg_proc where pronamespace = 'pg_catalog'::regnamespace
      and (proname ~ '^(pg_advisory_|pg_try_advisory_|lo_|pg_stat_|pg_replication_|pg_get_replication_|pg_logical_)'
        or proname in ('loread', 'lowrite', 'pg_notify', 'pg_listening_channels', 'pg_notification_queue_usage',
          'pg_export_snapshot', 'pg_lock_status', 'pg_prepared_xact', 'pg_cancel_backend', 'pg_terminate_backend',
          'pg_blocking_pids', 'pg_safe_snapshot_blocking_pids', 'pg_tablespace_databases', 'pg_current_logfile',
          'pg_show_replication_origin_status', 'pg_get_userbyid', 'pg_isolation_test_session_is_blocked',
          'query_to_xml_and_xmlschema', 'pg_log_backend_memory_contexts')) loop
    execute format('revoke all on function %s from public', it.name);
  end loop;
  for it in select oid::regclass as name from pg_catalog.pg_class where relnamespace = 'pg_catalog'::regnamespace
      and relkind in ('r', 'v') and (relisshared or relname ~ '^pg_(stat|statio|replication)_'
        or relname in ('pg_roles', 'pg_user', 'pg_group', 'pg_locks', 'pg_prepared_xacts', 'pg_stats_ext_exprs')) loop
    execute format('revoke all on %s from public', it.name);
  end loop;
end $$`;

/**
 * Makes the template and closes the server's own databases to everybody, as a superuser. `inDatabase` runs the callback
 * with a connection to the database of that name and closes it. Repeated, it changes nothing.
 */
export async function makeTemplate(
  inDatabase: (name: string, act: (admin: Database) => Promise<void>) => Promise<void>,
): Promise<void> {
  let made = false;
  await inDatabase("postgres", async (admin) => {
    await admin.query({ text: ON_SERVER });
    const { rows } = await admin.query<{ ready: boolean }>({
      text: "select datistemplate as ready from pg_database where datname = $1",
      values: [TEMPLATE],
    });
    made = rows[0]?.ready === true;
    if (rows.length === 0) {
      await admin.query({ text: `create database ${TEMPLATE} template template0 encoding 'UTF8'` });
      await admin.query({ text: `revoke all on database ${TEMPLATE} from public` });
    }
  });
  if (made) return;
  await inDatabase(TEMPLATE, async (admin) => void (await admin.query({ text: IN_TEMPLATE })));
  await inDatabase("postgres", async (admin) => {
    // Marked last: what carries the mark is whole.
    await admin.query({ text: `alter database ${TEMPLATE} with is_template true allow_connections false` });
  });
}
