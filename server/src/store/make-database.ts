import type { Database } from "../core/ports/database.ts";
import { embeddedRolesSql, type RolePasswords } from "./roles.ts";

/** The database's name on the embedded server. */
export const DATABASE = "steward";

/** Makes the roles and the database on the embedded server, as its superuser; repeated, it changes nothing. */
export async function makeDatabase(admin: Database, passwords: RolePasswords): Promise<void> {
  await admin.query({ text: embeddedRolesSql(passwords) });
  const { count } = await admin.query({ text: "select from pg_database where datname = $1", values: [DATABASE] });
  if (count === 0) await admin.query({ text: `create database ${DATABASE} owner steward_migrate template template0` });
  await admin.query({
    text: `revoke all on database ${DATABASE} from public; grant connect on database ${DATABASE} to steward_app, steward_backup`,
  });
}
