/** What in the database's catalogs breaks the rules on data (DESIGN.md, "Data rules"; PROMISES B1). */
import type { Table } from "../catalogue/declare.ts";
import type { Catalog, CatalogColumn, CatalogRole, CatalogTable } from "../store/proof-catalog.ts";

/** What the row-level policies of the program's role say, word for word. */
const PROJECT = "(project = ( SELECT steward.project_scope() AS project_scope))";
const ORGANIZATION = "(organization = ( SELECT steward.organization_scope() AS organization_scope))";
const ITSELF = "(id = ( SELECT steward.organization_scope() AS organization_scope))";
const RULES: Readonly<Record<string, readonly string[]>> = {
  project: [PROJECT],
  organization: [ORGANIZATION, ITSELF],
};
/** Digests by which dispatch finds whose a key, a session or an address is. */
const LOOKED_UP = new Set([
  "api_keys.hash",
  "triggers.token_hash",
  "invitations.token_hash",
  "scim_tokens.hash",
  "connect_states.hash",
  "approval_links.hash",
]);

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
    if (policy.name === "backup" && policy.roles.join() === "steward_backup") continue;
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
  const identity = table.startsWith("identity.");
  const strangers = readers.filter((role) => (role === "steward_identity") !== identity);
  const faults = strangers.length > 0 ? [`${strangers.join(", ")} may read ${table}.${name}`] : [];
  if (identity) return faults;
  // A partition that may be read by itself would be read past its parent's policies.
  if (declared === undefined || column === undefined)
    return readers.length > 0 ? [`${readers.join(", ")} may read ${table}.${name}`] : [];
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
