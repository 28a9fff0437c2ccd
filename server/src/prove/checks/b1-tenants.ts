import type { Table } from "../../catalogue/declare.ts";
import { TABLES } from "../../catalogue/tables.ts";
import { readCatalog } from "../../store/proof-catalog.ts";
import { type OwnedTable, seesBeyond, seesWithoutScope, tryWriteBeyond } from "../../store/proof-facts.ts";
import { faultsOf } from "../catalog-faults.ts";
import { type Check, type ProveParts, verdictOf } from "../check.ts";
import type { ProofTenant } from "../proof-tenants.ts";

const DECLARED: readonly Table[] = Object.values(TABLES);
const TENANT = DECLARED.filter((table) => table.scope !== "installation");
const REFUSED = "42501"; // insufficient_privilege

/** B1: the database's catalogs say that tenants are apart, and so does trying it in every table. */
export const tenantsApart: Check = {
  id: "B1",
  promise:
    "Row-level security is on and forced for every table with tenant data; the serving roles can't bypass it; without a scope nothing is seen",
  tries:
    "reads the database's catalogs; looks into each table without a scope, and in each table looks at and writes rows of others within one",
  notWhen: null,
  async run({ database, tenants: [own, other] }) {
    const catalog = await readCatalog(database);
    const faults = [...faultsOf(catalog, DECLARED)];
    for (const table of TENANT) faults.push(...(await faultsOfTable(database, table, own, other)));
    const roles = catalog.roles.map(({ name }) => name).join(", ");
    return verdictOf(faults, [
      `${catalog.tables.filter(({ secured, forced }) => secured && forced).length} tables and partitions with row-level security on and forced, ${catalog.policies.length} policies as they were written`,
      `${roles}: no superuser, bypasses nothing, owns nothing, makes nothing`,
      `${TENANT.length} tables of tenants tried: nothing seen without a scope, nothing of others within one, no row written for others`,
    ]);
  },
};

async function faultsOfTable(
  database: ProveParts["database"],
  { name, scope }: Table,
  own: ProofTenant,
  other: ProofTenant,
): Promise<readonly string[]> {
  const isProject = scope === "project";
  const table: OwnedTable = { name, column: name === "organizations" ? "id" : isProject ? "project" : "organization" };
  const [mine, theirs] = isProject ? [own.project, other.project] : [own.organization, other.organization];
  const written = await tryWriteBeyond(database, own, table, theirs);
  return [
    ...((await seesWithoutScope(database, table)) ? [`rows of ${name} are seen without a scope`] : []),
    ...((await seesBeyond(database, own, table, mine)) ? [`rows of others in ${name} are seen in a scope`] : []),
    ...(written === REFUSED
      ? []
      : [`a row of others in ${name} is not refused by row-level security (${written ?? "written"})`]),
  ];
}
