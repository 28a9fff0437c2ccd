import type { ClientConfig } from "pg";
import { invariant } from "../../core/invariant.ts";

/** How steward_databases reaches the server: an address (DATABASE_DATABASES_URL), or the embedded server's config. */
export type Way = { readonly url: string } | { readonly connection: ClientConfig };

/** The same server, another database; as another role, or as the same one, which then uses the catalogs only. */
export function wayTo(way: Way, database: string, as?: { readonly user: string; readonly password: string }): Way {
  const own = "-c search_path=pg_catalog";
  if ("connection" in way) return { connection: { ...way.connection, database, ...(as ?? { options: own }) } };
  const url = new URL(way.url);
  url.pathname = `/${encodeURIComponent(database)}`;
  // What the address says beside these (TLS, host) holds for all; a user or database in the query would win over them.
  for (const name of ["user", "password", "database", "dbname", "options", "application_name"])
    url.searchParams.delete(name);
  if (!as) url.searchParams.set("options", own);
  else {
    url.username = encodeURIComponent(as.user);
    url.password = encodeURIComponent(as.password);
  }
  return { url: url.href };
}

/** As the driver takes it. */
export function configOf(way: Way): ClientConfig {
  return "connection" in way ? way.connection : { connectionString: way.url };
}

/** An identifier, quoted. Names of databases are our own; this holds them to it. */
export function quoteName(name: string): string {
  invariant(/^[a-z][a-z0-9_]{0,62}$/.test(name), `a name of a database is plain: ${name}`);
  return `"${name}"`;
}
