/** A database's own catalogs, and what in them breaks the rules on data (DESIGN.md, "Data rules"). */
import type { Database, Statement } from "../src/core/ports/database.ts";
import type { Table } from "../src/catalogue/declare.ts";

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

const PROGRAM = "('steward_app', 'steward_dispatch')";

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

const TABLES = `select c.relname::text as name, pg_get_userbyid(c.relowner)::text as owner, p.relname::text as parent,
    c.relrowsecurity as secured, c.relforcerowsecurity as forced
  from pg_class c left join pg_inherits i on i.inhrelid = c.oid left join pg_class p on p.oid = i.inhparent
  where c.relnamespace = 'steward'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f') order by c.relname`;
const COLUMNS = `select c.relname::text as table, a.attname::text as name, format_type(a.atttypid, a.atttypmod) as type,
    array(select r.rolname::text from pg_roles r where r.rolname in ${PROGRAM}
      and has_column_privilege(r.oid, c.oid, a.attnum, 'select') order by 1) as readers
  from pg_attribute a join pg_class c on c.oid = a.attrelid
  where c.relnamespace = 'steward'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0 and not a.attisdropped
  order by c.relname, a.attnum`;
const POLICIES = `select c.relname::text as table, p.polname::text as name,
    array(select case r when 0 then 'public' else pg_get_userbyid(r)::text end from unnest(p.polroles) r) as roles,
    pg_get_expr(p.polqual, p.polrelid) as using, pg_get_expr(p.polwithcheck, p.polrelid) as check
  from pg_policy p join pg_class c on c.oid = p.polrelid where c.relnamespace = 'steward'::regnamespace order by 1, 2`;
const ROLES = `select r.rolname::text as name, r.rolsuper as superuser, r.rolbypassrls as bypasses,
    r.rolcreaterole or r.rolcreatedb or has_schema_privilege(r.oid, 'steward', 'create')
      or has_schema_privilege(r.oid, 'public', 'create') or has_database_privilege(r.oid, current_database(), 'create') as creates,
    (select count(*) from pg_class c where c.relowner = r.oid)
      + (select count(*) from pg_namespace n where n.nspowner = r.oid)
      + (select count(*) from pg_proc f where f.proowner = r.oid) as owns,
    array(select pg_get_userbyid(m.roleid)::text from pg_auth_members m where m.member = r.oid and m.inherit_option order by 1) as inherits
  from pg_roles r where r.rolname in ${PROGRAM} order by 1`;
const OPEN = `select c.relname::text as name from pg_class c cross join aclexplode(c.relacl) a
    where c.relnamespace = 'steward'::regnamespace and a.grantee = 0
  union all select f.proname::text from pg_proc f where f.pronamespace = 'steward'::regnamespace and f.prosecdef
    and has_function_privilege('public', f.oid, 'execute')`;

/** What the row-level policies of the program's role say, word for word. */
const PROJECT = "(project = ( SELECT steward.project_scope() AS project_scope))";
const ORGANIZATION = "(organization = ( SELECT steward.organization_scope() AS organization_scope))";
const ITSELF = "(id = ( SELECT steward.organization_scope() AS organization_scope))";
const RULES: Readonly<Record<string, readonly string[]>> = {
  project: [PROJECT],
  organization: [ORGANIZATION, ITSELF],
};
/** Digests by which dispatch finds whose a key, a session or an address is. */
const LOOKED_UP = new Set(["api_keys.hash", "browser_sessions.hash", "triggers.token_hash"]);

/** Every difference between the declarations and the database, and every gap in the isolation, as a sentence. */
export function faultsOf(catalog: Catalog, declared: readonly Table[]): readonly string[] {
  const byName = new Map(declared.map((table) => [table.name, table]));
  return [
    ...declaredFaults(catalog, declared),
    ...catalog.tables.flatMap((table) => isolationFaults(catalog, table, byName.get(table.parent ?? table.name))),
    ...catalog.columns.flatMap((column) => columnFaults(column, byName.get(column.table))),
    ...catalog.roles.flatMap(roleFaults),
    ...catalog.open.map((name) => `everybody may use ${name}`),
  ];
}

function declaredFaults({ tables, columns }: Catalog, declared: readonly Table[]): readonly string[] {
  const own = tables.filter((table) => table.parent === null).map((table) => table.name);
  const names = new Set(declared.map((table) => table.name));
  const faults = own.filter((name) => !names.has(name)).map((name) => `table ${name} is not declared`);
  for (const table of declared) {
    if (!own.includes(table.name)) faults.push(`table ${table.name} is declared and does not exist`);
    const there = columns.filter((column) => column.table === table.name).map((column) => column.name);
    for (const name of there) if (!(name in table.columns)) faults.push(`column ${table.name}.${name} is not declared`);
    for (const name of Object.keys(table.columns))
      if (!there.includes(name)) faults.push(`column ${table.name}.${name} is declared and does not exist`);
  }
  const numbers = [
    ["tables", declared.map((table) => table.number)] as const,
    ...declared.map((table) => [table.name, Object.values(table.columns).map((column) => column.number)] as const),
  ];
  for (const [what, list] of numbers)
    if (new Set(list).size !== list.length) faults.push(`two of ${what} have the same permanent number`);
  return faults;
}

function isolationFaults({ policies }: Catalog, table: CatalogTable, declared: Table | undefined): readonly string[] {
  const faults = table.owner === "steward_migrate" ? [] : [`${table.name} belongs to ${table.owner}`];
  if (declared?.scope === "installation") return faults;
  if (!table.secured) faults.push(`${table.name} has no row-level security`);
  if (!table.forced) faults.push(`the row-level security of ${table.name} is not forced`);
  const own = policies.filter((policy) => policy.table === table.name);
  for (const policy of own) {
    const foreign = policy.roles.filter((role) => role !== "steward_app" && role !== "steward_dispatch");
    if (foreign.length > 0) faults.push(`policy ${policy.name} of ${table.name} is for ${foreign.join(", ")}`);
    if (!policy.roles.includes("steward_app") || declared === undefined) continue;
    const rules = RULES[declared.scope] ?? [];
    if (!rules.includes(policy.using ?? "") || policy.check !== policy.using)
      faults.push(`policy ${policy.name} of ${table.name} lets steward_app beyond its scope`);
  }
  const needed = table.parent === null && declared !== undefined;
  if (needed && !own.some((policy) => policy.roles.includes("steward_app")))
    faults.push(`${table.name} has no policy for steward_app`);
  return faults;
}

function columnFaults({ table, name, type, readers }: CatalogColumn, declared: Table | undefined): readonly string[] {
  const column = declared?.columns[name];
  // A partition that may be read by itself would be read past its parent's policies.
  if (declared === undefined || column === undefined)
    return readers.length > 0 ? [`${readers.join(", ")} may read ${table}.${name}`] : [];
  const faults: string[] = [];
  if (column.sealed !== null && type !== "bytea") faults.push(`${table}.${name} is sealed and of type ${type}`);
  if (column.holds === "content" && column.sealed === null) faults.push(`${table}.${name} holds content unsealed`);
  const kept = column.sealed !== null || column.holds === "personal" || column.holds === "content";
  const secret = column.holds === "secret" && !LOOKED_UP.has(`${table}.${name}`);
  if ((kept || secret) && readers.includes("steward_dispatch"))
    faults.push(`steward_dispatch may read ${table}.${name}`);
  return faults;
}

function roleFaults({ name, superuser, bypasses, creates, owns, inherits }: CatalogRole): readonly string[] {
  return [
    ...(superuser ? [`${name} is a superuser`] : []),
    ...(bypasses ? [`${name} bypasses row-level security`] : []),
    ...(creates ? [`${name} may create things`] : []),
    ...(owns > 0 ? [`${name} owns ${owns} things`] : []),
    ...inherits.map((role) => `${name} has the rights of ${role} without asking for them`),
  ];
}
