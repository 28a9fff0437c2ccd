import type { Database } from "../src/core/ports/database.ts";
import { reading } from "../src/store/proof-catalog.ts";

const HEADER = `-- What the migrations make, read from the database's own catalogs: \`node scripts/dump-schema.ts\` writes this
-- file, and a test compares it with a migrated database. Not to be run.
`;
/** Partitions of weeks come and go; their parents say what they look like. */
const LASTING =
  "c.relnamespace in ('steward'::regnamespace, 'identity'::regnamespace) and c.relname !~ '_[0-9]{4}w[0-9]{2}(_|$)'";
/** Tables of `steward` by their name alone; the schema `identity` has names that SQL must quote. */
const NAME =
  "case when c.relnamespace = 'steward'::regnamespace then c.relname::text else 'identity.' || quote_ident(c.relname) end";

const SCHEMAS = `select nspname::text as name, pg_get_userbyid(nspowner)::text as owner, nspacl::text[] as grants
  from pg_namespace where nspname in ('steward', 'identity') order by 1`;
const FUNCTIONS = `select p.proname::text as name, pg_get_functiondef(p.oid) as text, p.proacl::text[] as grants
  from pg_proc p where p.pronamespace = 'steward'::regnamespace order by p.proname`;
const TABLES = `select ${NAME} as name, pg_get_userbyid(c.relowner)::text as owner, pg_get_partkeydef(c.oid) as partition,
    pg_get_expr(c.relpartbound, c.oid) as bound, c.reloptions::text[] as options, c.relrowsecurity as secured,
    c.relforcerowsecurity as forced, c.relacl::text[] as grants
  from pg_class c where ${LASTING} and c.relkind in ('r', 'p', 'v') order by 1`;
const COLUMNS = `select ${NAME} as table, quote_ident(a.attname) as name, format_type(a.atttypid, a.atttypmod) as type,
    a.attnotnull as required, pg_get_expr(d.adbin, d.adrelid) as fallback, a.attacl::text[] as grants
  from pg_attribute a join pg_class c on c.oid = a.attrelid left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where ${LASTING} and c.relkind in ('r', 'p', 'v') and a.attnum > 0 and not a.attisdropped order by 1, a.attnum`;
const CONSTRAINTS = `select ${NAME} as table, k.conname::text as name, pg_get_constraintdef(k.oid) as text
  from pg_constraint k join pg_class c on c.oid = k.conrelid
  where ${LASTING} and k.contype <> 'n' order by 1, k.contype, k.conname`;
const INDEXES = `select ${NAME} as table, pg_get_indexdef(i.indexrelid) as text
  from pg_index i join pg_class c on c.oid = i.indrelid
  where ${LASTING} and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.conrelid = c.oid)
  order by 1, 2`;
const POLICIES = `select ${NAME} as table, p.polname::text as name, p.polcmd::text as command,
    array(select case r when 0 then 'public' else pg_get_userbyid(r)::text end from unnest(p.polroles) r) as roles,
    pg_get_expr(p.polqual, p.polrelid) as using, pg_get_expr(p.polwithcheck, p.polrelid) as check
  from pg_policy p join pg_class c on c.oid = p.polrelid where ${LASTING} order by 1, 2`;

interface Named {
  readonly table: string;
  readonly text: string;
}
interface TableRow {
  readonly name: string;
  readonly owner: string;
  readonly partition: string | null;
  readonly bound: string | null;
  readonly options: readonly string[] | null;
  readonly secured: boolean;
  readonly forced: boolean;
  readonly grants: readonly string[] | null;
}
interface ColumnRow {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly fallback: string | null;
  readonly grants: readonly string[] | null;
}
interface PolicyRow {
  readonly table: string;
  readonly name: string;
  readonly command: string;
  readonly roles: readonly string[];
  readonly using: string | null;
  readonly check: string | null;
}
interface SchemaRow {
  readonly name: string;
  readonly owner: string;
  readonly grants: readonly string[] | null;
}
interface FunctionRow {
  readonly name: string;
  readonly text: string;
  readonly grants: readonly string[] | null;
}

/** The schema of a migrated database as a text that is the same for the same schema. */
export async function dumpSchema(database: Database): Promise<string> {
  const [schemas, functions, tables, columns, constraints, indexes, policies] = await database.pipeline([
    reading<SchemaRow>(SCHEMAS),
    reading<FunctionRow>(FUNCTIONS),
    reading<TableRow>(TABLES),
    reading<ColumnRow>(COLUMNS),
    reading<Named & { readonly name: string }>(CONSTRAINTS),
    reading<Named>(INDEXES),
    reading<PolicyRow>(POLICIES),
  ]);
  const of = <T extends { readonly table: string }>(rows: readonly T[], table: TableRow): readonly T[] =>
    rows.filter((row) => row.table === table.name);
  const texts = tables.rows.map((table) =>
    [
      createTable(table, of(columns.rows, table), of(constraints.rows, table)),
      ...of(indexes.rows, table).map((index) => `${index.text};`),
      ...securityOf(table),
      ...of(policies.rows, table).map(policyText),
      ...grantsOf(`table ${table.name}`, table.grants),
      ...of(columns.rows, table).flatMap((column) => grantsOf(`column ${table.name}.${column.name}`, column.grants)),
    ].join("\n"),
  );
  const made = functions.rows.map((one) =>
    [`${one.text.trim()};`, ...grantsOf(`function ${one.name}`, one.grants)].join("\n"),
  );
  const places = schemas.rows.flatMap(({ name, owner, grants }) => [
    `-- schema ${name}, owner: ${owner}`,
    ...grantsOf(`schema ${name}`, grants),
  ]);
  return `${[HEADER, ...places, ...made, ...texts].join("\n")}\n`.replaceAll(/\n{3,}/g, "\n\n");
}

function createTable(
  { name, owner, partition, bound, options }: TableRow,
  columns: readonly ColumnRow[],
  constraints: readonly (Named & { readonly name: string })[],
): string {
  const lines = [
    ...columns.map(
      (column) =>
        `  ${column.name} ${column.type}${column.fallback === null ? "" : ` default ${column.fallback}`}${column.required ? " not null" : ""}`,
    ),
    ...constraints.map((one) => `  constraint ${one.name} ${one.text}`),
  ];
  const more = [
    ...(partition === null ? [] : [`partition by ${partition}`]),
    ...(bound === null ? [] : [bound]),
    ...(options === null ? [] : [`with (${options.join(", ")})`]),
  ];
  return `\n-- owner: ${owner}\ncreate table ${name} (\n${lines.join(",\n")}\n)${more.map((one) => ` ${one}`).join("")};`;
}

function securityOf({ name, secured, forced }: TableRow): readonly string[] {
  return [
    ...(secured ? [`alter table ${name} enable row level security;`] : []),
    ...(forced ? [`alter table ${name} force row level security;`] : []),
  ];
}

const COMMANDS: Readonly<Record<string, string>> = { "*": "all", r: "select", a: "insert", w: "update", d: "delete" };

function policyText({ table, name, command, roles, using, check }: PolicyRow): string {
  const to = `create policy ${name} on ${table} for ${COMMANDS[command]} to ${roles.join(", ")}`;
  return `${to}${using === null ? "" : ` using ${using}`}${check === null ? "" : ` with check ${check}`};`;
}

/** Grants to others than the owner, as PostgreSQL writes them (documentation, 5.8): role=letters/grantor. */
function grantsOf(what: string, grants: readonly string[] | null): readonly string[] {
  return (grants ?? [])
    .filter((grant) => !grant.startsWith("steward_migrate="))
    .toSorted()
    .map((grant) => `-- grant on ${what}: ${grant.startsWith("=") ? `public${grant}` : grant}`);
}
