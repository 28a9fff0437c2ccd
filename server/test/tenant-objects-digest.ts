/** All that the database has of a tenant, table by table: the same before and after means that nobody touched it. */
import { createHash } from "node:crypto";
import type { Pool } from "../src/adapters/postgres/pool.ts";
import { TABLES } from "../src/catalogue/tables.ts";
import type { Table } from "../src/catalogue/declare.ts";
import type { Tenant } from "./tenant-objects.ts";
import type { WholeSteward } from "./tenant-objects-server.ts";

/** What Steward itself notes while time goes by. */
const OF_TIME: Readonly<Record<string, string>> = {
  audit_sinks: "organization, id, kind, address, secret, created_at",
  audit_sink_positions: "organization, sink",
  project_databases: "organization, project, name, state",
  endings: "organization, project, id, kind, thing, name, uses, flows, paused, by, at, cancelled",
  event_triggers: "organization, project, trigger, event, connection, rule, secret",
};
const OF_PEOPLE = ["user", "account", "session", "passkey", "twoFactor"] as const;

/** By table, how many rows and their digest. */
export async function digestOf(steward: WholeSteward, admin: Pool, tenant: Tenant): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  const take = async (pool: Pool, name: string, from: string, values: readonly string[]): Promise<void> => {
    const { rows } = await pool.query<{ row: string }>({ text: `select t::text as row from ${from}`, values });
    digests[name] = `${rows.length} ${digest(rows.map(({ row }) => row))}`;
  };
  const { organization } = tenant;
  for (const { name, scope } of Object.values<Table>(TABLES)) {
    if (scope === "installation" || name === "request_log") continue; // the log grows with its owner's calls, later
    const columns = OF_TIME[name] ?? "*";
    const own = name === "organizations" ? "id" : "organization";
    const where =
      scope === "organization"
        ? `${own} = $1::uuid`
        : "project in (select id from steward.projects where organization = $1::uuid)";
    await take(admin, name, `(select ${columns} from steward.${name} where ${where}) t`, [organization]);
  }
  const people = `(select account from steward.members where organization = $1::uuid)`;
  for (const name of OF_PEOPLE) {
    const column = name === "user" ? "id" : `"userId"`;
    await take(admin, `identity.${name}`, `(select * from identity."${name}" where ${column} in ${people}) t`, [
      organization,
    ]);
  }
  const databases = await admin.query<{ name: string }>({
    text: "select name from steward.project_databases where organization = $1",
    values: [organization],
  });
  for (const { name } of databases.rows) {
    const own = steward.admin(name);
    const tables = await own.query<{ name: string }>({
      text: `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind = 'r' and n.nspname not like 'pg_%' and n.nspname <> 'information_schema'`,
    });
    for (const table of tables.rows) await take(own, `database ${table.name}`, `${table.name} t`, []);
  }
  return digests;
}

function digest(rows: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(rows.toSorted())).digest("hex").slice(0, 16);
}
