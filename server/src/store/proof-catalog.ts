/** The database's own catalogs, as any role may read them: what tables there are, whose, and who may see what of them. */
import type { Database, Statement } from "../core/ports/database.ts";

export interface CatalogTable {
  readonly name: string;
  readonly owner: string;
  /** The table this is a partition of, or null. */
  readonly parent: string | null;
  readonly secured: boolean;
  readonly forced: boolean;
}

export interface CatalogColumn {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  /** Roles of the program that may read it: by the table or by the column. */
  readonly readers: readonly string[];
}

export interface CatalogPolicy {
  readonly table: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly using: string | null;
  readonly check: string | null;
}

export interface CatalogRole {
  readonly name: string;
  readonly superuser: boolean;
  readonly bypasses: boolean;
  readonly creates: boolean;
  readonly owns: number;
  readonly inherits: readonly string[];
}

export interface Catalog {
  readonly tables: readonly CatalogTable[];
  readonly columns: readonly CatalogColumn[];
  readonly policies: readonly CatalogPolicy[];
  readonly roles: readonly CatalogRole[];
  /** Tables and functions of the schema that everybody may use. */
  readonly open: readonly string[];
}

const PROGRAM = "('steward_app', 'steward_dispatch', 'steward_identity')";
/** Tables of `steward` go by their name, those of the schema `identity` as `identity.user`. */
const OURS =
  "c.relnamespace in ('steward'::regnamespace, 'identity'::regnamespace) and c.relkind in ('r', 'p', 'v', 'm', 'f')";
const NAME =
  "case when c.relnamespace = 'steward'::regnamespace then c.relname::text else 'identity.' || c.relname end";

/** A table of the catalog as SQL names it. */
export function tableName(name: string): string {
  const [table, schema = "steward"] = name.split(".").toReversed();
  return `${schema}."${table}"`;
}

/** A statement whose rows are such. */
export const reading = <R extends object>(text: string): Statement<R> => ({ text });

export async function readCatalog(database: Database): Promise<Catalog> {
  const [tables, columns, policies, roles, open] = await database.pipeline([
    reading<CatalogTable>(TABLES),
    reading<CatalogColumn>(COLUMNS),
    reading<CatalogPolicy>(POLICIES),
    reading<CatalogRole>(ROLES),
    reading<{ name: string }>(OPEN),
  ]);
  return {
    tables: tables.rows,
    columns: columns.rows,
    policies: policies.rows,
    roles: roles.rows,
    open: open.rows.map((row) => row.name),
  };
}

const TABLES = `select ${NAME} as name, pg_get_userbyid(c.relowner)::text as owner, p.relname::text as parent,
    c.relrowsecurity as secured, c.relforcerowsecurity as forced
  from pg_class c left join pg_inherits i on i.inhrelid = c.oid left join pg_class p on p.oid = i.inhparent
  where ${OURS} order by 1`;
const COLUMNS = `select ${NAME} as table, a.attname::text as name, format_type(a.atttypid, a.atttypmod) as type,
    array(select r.rolname::text from pg_roles r where r.rolname in ${PROGRAM}
      and has_schema_privilege(r.oid, c.relnamespace, 'usage')
      and has_column_privilege(r.oid, c.oid, a.attnum, 'select') order by 1) as readers
  from pg_attribute a join pg_class c on c.oid = a.attrelid
  where ${OURS} and a.attnum > 0 and not a.attisdropped order by 1, a.attnum`;
const POLICIES = `select ${NAME} as table, p.polname::text as name,
    array(select case r when 0 then 'public' else pg_get_userbyid(r)::text end from unnest(p.polroles) r) as roles,
    pg_get_expr(p.polqual, p.polrelid) as using, pg_get_expr(p.polwithcheck, p.polrelid) as check
  from pg_policy p join pg_class c on c.oid = p.polrelid where ${OURS} order by 1, 2`;
const ROLES = `select r.rolname::text as name, r.rolsuper as superuser, r.rolbypassrls as bypasses,
    r.rolcreaterole or r.rolcreatedb or has_schema_privilege(r.oid, 'steward', 'create')
      or has_schema_privilege(r.oid, 'identity', 'create')
      or has_schema_privilege(r.oid, 'public', 'create') or has_database_privilege(r.oid, current_database(), 'create') as creates,
    (select count(*) from pg_class c where c.relowner = r.oid)
      + (select count(*) from pg_namespace n where n.nspowner = r.oid)
      + (select count(*) from pg_proc f where f.proowner = r.oid) as owns,
    array(select pg_get_userbyid(m.roleid)::text from pg_auth_members m where m.member = r.oid and m.inherit_option order by 1) as inherits
  from pg_roles r where r.rolname in ${PROGRAM} order by 1`;
const OPEN = `select ${NAME} as name from pg_class c cross join aclexplode(c.relacl) a where ${OURS} and a.grantee = 0
  union all select f.proname::text from pg_proc f where f.pronamespace = 'steward'::regnamespace and f.prosecdef
    and has_function_privilege('public', f.oid, 'execute')`;
