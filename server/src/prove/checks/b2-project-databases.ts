import { placeOf } from "../../catalogue/tables.ts";
import type { DatabaseAccess } from "../../core/ports/project-databases.ts";
import { findProjectDatabase, listProjectDatabases } from "../../store/project-databases.ts";
import { readDatabaseName } from "../../store/proof-facts.ts";
import { type Check, type ProjectsApart, type ProveParts, verdictOf } from "../check.ts";
import { expectAnswer, fieldsOf } from "../expect-answer.ts";
import type { ProofTenant } from "../proof-tenants.ts";

const PASSWORD = placeOf("project_databases", "password");
const CONNECTIONS_MAX = 1000;
const AT_ONCE = 1000;
const PAGES_MAX = 1000;
/** Not let in: 42501 and 55000 by the database, 28P01 and 28000 before it, 3D000 where there is none. */
const REFUSALS: ReadonlySet<string> = new Set(["42501", "55000", "28P01", "28000", "3D000"]);

/** B2: each project's database is entered by its own role alone, over so many connections and no more. */
export const projectDatabases: Check = {
  id: "B2",
  promise:
    "Each project has its own database with its own role and connection limit; code of one can't reach another's",
  tries:
    "reads the server's catalogs; connects with one project's role and password to another project's database, the installation's and the server's own",
  notWhen: "no databases for projects are made here",
  async run(parts) {
    const { projectsApart: apart, tenants } = parts;
    if (apart === null)
      return {
        state: "not_applicable",
        reason: "This installation makes no databases for projects: DATABASE_DATABASES_URL is not set.",
      };
    const faults: string[] = [...(await apart.faults())];
    if (faults.length > 0) return verdictOf(faults, []);
    for (const tenant of tenants) await useTables(parts, tenant);
    const listed = await faultsOfAll(parts, apart);
    const tried = await tryEachOther(parts, apart);
    return verdictOf([...listed.faults, ...tried.faults], [...listed.evidence, ...tried.evidence]);
  },
};

/** Makes the project's database as anybody does: with its first table. */
async function useTables({ call }: ProveParts, { keys }: ProofTenant): Promise<void> {
  const key = keys.builder;
  const made = await call("POST", "/v1/tables", { key, body: { name: "proof" } });
  if (made.status === 409) return; // left by a proof that was broken off
  const { id } = fieldsOf(expectAnswer(made, 201, "making a table"));
  expectAnswer(await call("DELETE", `/v1/tables/${String(id)}`, { key }), 204, "dropping a table");
}

async function faultsOfAll({ dispatch }: ProveParts, apart: ProjectsApart) {
  const there = new Map((await apart.list()).map((one) => [one.name, one]));
  const faults: string[] = [];
  let count = 0;
  for (let after: string | null = null, pages = 0; pages < PAGES_MAX; pages++) {
    const page: Awaited<ReturnType<typeof listProjectDatabases>> = await listProjectDatabases(dispatch, {
      after,
      limit: AT_ONCE,
    });
    for (const { name, state } of page) {
      if (state !== "ready") continue;
      count++;
      const found = there.get(name);
      if (found === undefined) {
        faults.push(`the database ${name} is not there`);
        continue;
      }
      if (!found.ownRole) faults.push(`the database ${name} has no role of its own that enters without owning it`);
      for (const limit of [found.connectionsMax, found.roleConnectionsMax ?? 0])
        if (limit < 1 || limit > CONNECTIONS_MAX) faults.push(`${name} has a connection limit of ${limit}`);
    }
    if (page.length < AT_ONCE) break;
    after = page.at(-1)!.project;
  }
  return { faults, evidence: [`${count} projects with databases: each with its own role and connection limits`] };
}

async function tryEachOther(parts: ProveParts, apart: ProjectsApart) {
  const [own, other] = [await accessOf(parts, parts.tenants[0]), await accessOf(parts, parts.tenants[1])];
  const faults: string[] = [];
  const home = await apart.enter(own, own.name);
  if (home !== null) faults.push(`a project's role is refused by its own database (${home})`);
  const installation = await readDatabaseName(parts.database);
  const tries: readonly (readonly [what: string, as: DatabaseAccess, database: string])[] = [
    ["another project's database, as itself", own, other.name],
    ["another project's database, as that one with its own password", { ...own, name: other.name }, other.name],
    ["the installation's database", own, installation],
    ["the server's maintenance database", own, "postgres"],
    ["the server's template", own, "template1"],
  ];
  const refused: string[] = [];
  for (const [what, as, database] of tries) {
    const state = await apart.enter(as, database);
    if (state === null || !REFUSALS.has(state)) faults.push(`a project's role came to ${what}: ${state ?? "let in"}`);
    else refused.push(`${what}: ${state}`);
  }
  return {
    faults,
    evidence: [`a project's own role and password, tried elsewhere, are refused: ${refused.join("; ")}`],
  };
}

async function accessOf({ database, keyring }: ProveParts, tenant: ProofTenant): Promise<DatabaseAccess> {
  const row = await findProjectDatabase(database, tenant);
  if (row === null) throw new Error("the proof's project has no database after its first table");
  const keys = await keyring.project(tenant.organization, tenant.project);
  return { name: row.name, password: keys.open("database", PASSWORD, Buffer.from(row.name), row.password).toString() };
}
