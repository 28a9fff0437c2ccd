/**
 * The tenants below the API: what the program's role can do to each table in every scope that is not the row's own.
 * catalogue.test.ts has the scope of another organization; here are those that are nearly right.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { sqlState, type Transaction } from "../src/core/ports/database.ts";
import type { Table } from "../src/catalogue/declare.ts";
import { TABLES } from "../src/catalogue/tables.ts";
import { INSTALLATION } from "../src/store/installation.ts";
import { readCatalog, type Catalog } from "../src/store/proof-catalog.ts";
import { stewardDatabase, type StewardDatabase } from "./steward-database.ts";

interface Tenancy {
  readonly organization: string;
  readonly project: string;
}

const TENANT = Object.values<Table>(TABLES).filter((table) => table.scope !== "installation");
const REFUSED = "42501"; // insufficient_privilege
const here: Tenancy = { organization: uuid(1), project: uuid(2) };
/** Another project of the same organization. */
const beside: Tenancy = { organization: uuid(1), project: uuid(5) };
const other: Tenancy = { organization: uuid(3), project: uuid(4) };
/** A project of the other organization that is there, with nothing in it. */
const empty: Tenancy = { organization: uuid(3), project: uuid(6) };
const installation: Tenancy = { organization: INSTALLATION, project: INSTALLATION };

const EVERYBODY: readonly Tenancy[] = [here, beside, other];

/** Scopes as somebody might get them wrong; null is one that was never set. */
const SCOPES: Readonly<Record<string, { readonly [S in keyof Tenancy]: string | null }>> = {
  "none at all": { organization: null, project: null },
  "empty texts": { organization: "", project: "" },
  "nobody's": { organization: uuid(98), project: uuid(99) },
  "the installation's": installation,
  "another organization's": other,
  "another project's of the same organization": beside,
  "its organization's alone": { organization: here.organization, project: null },
  "its project's alone": { organization: null, project: here.project },
  "its organization with another's project": { organization: here.organization, project: other.project },
  "its project with another organization": { organization: other.organization, project: here.project },
  "both, the other way round": { organization: here.project, project: here.organization },
};

let db: StewardDatabase;
let catalog: Catalog;

beforeAll(async () => {
  db = await stewardDatabase();
  catalog = await readCatalog(db.admin);
  for (const table of TENANT) for (const scope of [here, beside, other]) await plant(table, scope);
  for (const scope of [installation, empty]) {
    if (scope === installation) await plant(TABLES.organizations, scope);
    await plant(TABLES.projects, scope);
  }
  await db.admin.query({ text: "analyze" });
});
afterAll(() => db.drop());

function uuid(n: number): string {
  return `01900000-0000-7000-8000-${String(n).padStart(12, "0")}`;
}

function ownerColumn({ name, scope }: Table): string {
  return name === "organizations" ? "id" : scope;
}

const ownerOf = (table: Table, scope: { readonly [S in keyof Tenancy]: string | null }): string | null =>
  table.scope === "project" ? scope.project : scope.organization;

const SAMPLES: Readonly<Record<string, string>> = {
  uuid: "gen_random_uuid()",
  bytea: "convert_to(gen_random_uuid()::text, 'UTF8')",
  text: "gen_random_uuid()::text",
  "text[]": "'{}'",
  "uuid[]": "'{}'",
  jsonb: "'[]'",
  boolean: "true",
  "timestamp with time zone": "now()",
};

/** Columns and values of a row of that scope. */
function rowOf(table: Table, scope: Tenancy): string {
  const columns = catalog.columns.filter((one) => one.table === table.name);
  const values = columns.map(({ name, type }) => {
    if (name === "organization" || (table.name === "organizations" && name === "id"))
      return `'${scope.organization}'::uuid`;
    if (name === "project" || (table.name === "projects" && name === "id")) return `'${scope.project}'::uuid`;
    return name === "kind" ? "'webhook'" : (SAMPLES[type] ?? "1");
  });
  return `(${columns.map(({ name }) => name).join(", ")}) values (${values.join(", ")})`;
}

/** By the superuser, without the table's constraints. An organization has one row, whichever project asks. */
async function plant(table: Table, scope: Tenancy): Promise<void> {
  if (table.scope === "organization" && scope === beside) return;
  await db.admin.transaction(async (tx) => {
    const { rows } = await tx.query<{ name: string }>({
      text: `select conname as name from pg_constraint where conrelid = 'steward.${table.name}'::regclass and contype = 'c' and conislocal`,
    });
    for (const { name } of rows) await tx.query({ text: `alter table steward.${table.name} drop constraint ${name}` });
    await tx.query({ text: "set local session_replication_role = replica" });
    await tx.query({ text: `insert into steward.${table.name} ${rowOf(table, scope)}` });
  });
}

class Undone extends Error {}

/** As the program, in that scope; whatever it did is undone. */
async function as<T>(
  scope: { readonly [S in keyof Tenancy]: string | null },
  act: (tx: Transaction) => Promise<T>,
): Promise<T> {
  let given: { readonly value: T } | null = null;
  await db.database
    .transaction(async (tx) => {
      for (const [name, value] of Object.entries(scope))
        if (value !== null)
          await tx.query({ text: "select set_config($1, $2, true)", values: [`steward.${name}`, value] });
      given = { value: await act(tx) };
      throw new Undone();
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undone)) throw error;
    });
  return given!.value;
}

const outcome = async (act: () => Promise<{ readonly count: number }>): Promise<string | number | null> => {
  try {
    return (await act()).count;
  } catch (error) {
    return sqlState(error);
  }
};

test.each(Object.keys(SCOPES))(
  "in the scope that is %s, each table shows that scope's rows and no others",
  async (name) => {
    const scope = SCOPES[name]!;
    for (const table of TENANT) {
      const column = ownerColumn(table);
      const owner = ownerOf(table, scope);
      const text = `select distinct ${column}::text as owner from steward.${table.name}`;
      const { rows } = await as(scope, (tx) => tx.query<{ owner: string }>({ text }));
      const there = (
        ["organizations", "projects"].includes(table.name) ? [...EVERYBODY, installation] : EVERYBODY
      ).some((one) => ownerOf(table, one) === owner);
      expect([table.name, rows]).toEqual([table.name, there ? [{ owner }] : []]);
    }
  },
);

test("what is no scope at all is an error, not everything", async () => {
  for (const { name } of TENANT)
    for (const text of ["everything", "*", "' or true --", `${here.organization}, ${other.organization}`]) {
      const seen = await outcome(() =>
        as({ organization: text, project: text }, (tx) => tx.query({ text: `select from steward.${name}` })),
      );
      expect([name, text, seen]).toEqual([name, text, "22P02"]);
    }
});

test("nobody changes, takes, locks, adds or moves rows from a scope that is not theirs", async () => {
  for (const table of TENANT) {
    const column = ownerColumn(table);
    const mine = `${column} = '${ownerOf(table, here)}'`;
    const verbs = [
      `update steward.${table.name} set ${column} = ${column}`,
      `update steward.${table.name} set ${column} = ${column} where ${mine}`,
      `delete from steward.${table.name}`,
      `delete from steward.${table.name} where ${mine}`,
      `select from steward.${table.name} where ${mine} for update`,
      `merge into steward.${table.name} t using (select 1) s on t.${mine} when matched then delete`,
    ];
    for (const [name, scope] of Object.entries(SCOPES)) {
      if (ownerOf(table, scope) === ownerOf(table, here)) continue;
      const isSomebodys = [beside, other, installation].some((one) => ownerOf(table, one) === ownerOf(table, scope));
      for (const text of verbs) {
        const seen = await outcome(() => as(scope, (tx) => tx.query({ text })));
        // Without a condition somebody's own rows are theirs to change; a verb that is not granted is refused to all.
        if (isSomebodys && !text.includes(mine)) continue;
        expect([name, text, seen === 0 || seen === REFUSED ? "nothing" : seen]).toEqual([name, text, "nothing"]);
      }
      const insert = `insert into steward.${table.name} ${rowOf(table, here)}`;
      expect([name, insert, await outcome(() => as(scope, (tx) => tx.query({ text: insert })))]).toEqual([
        name,
        insert,
        REFUSED,
      ]);
    }
  }
});

test("a condition that fails on a row says nothing of rows that are not shown", async () => {
  let tried = 0;
  for (const table of TENANT) {
    const text = catalog.columns.find((one) => one.table === table.name && one.type === "text");
    if (!text) continue;
    tried++;
    const telling = `select from steward.${table.name} where "${text.name}"::integer = 1`;
    expect([table.name, await outcome(() => as(SCOPES["nobody's"]!, (tx) => tx.query({ text: telling })))]).toEqual([
      table.name,
      0,
    ]);
    // In its own scope the same condition does meet a row: the try could have failed.
    if (table.name !== "schedules" && text.name !== "kind")
      expect([table.name, await outcome(() => as(here, (tx) => tx.query({ text: telling })))]).toEqual([
        table.name,
        "22P02",
      ]);
  }
  expect(tried).toBeGreaterThan(20);
});

test("what the database has gathered on values is not shown either", async () => {
  const all = await db.admin.query({ text: "select from pg_stats where schemaname in ('steward', 'identity')" });
  expect(all.count).toBeGreaterThan(100);
  const { rows } = await db.database.query<{ tablename: string }>({
    text: "select distinct tablename from pg_stats where schemaname in ('steward', 'identity')",
  });
  const tenants = new Set(TENANT.map(({ name }) => name));
  expect(rows.map(({ tablename }) => tablename).filter((name) => tenants.has(name))).toEqual([]);
});

test("a row that names one organization and another's project is refused, whichever scope is set", async () => {
  const both = TENANT.filter(
    ({ name, scope }) =>
      scope === "project" && catalog.columns.some((one) => one.table === name && one.name === "organization"),
  );
  expect(both.length).toBeGreaterThan(5);
  for (const table of both) {
    const mixed = { organization: here.organization, project: empty.project };
    const text = `insert into steward.${table.name} ${rowOf(table, mixed)}`;
    for (const scope of [mixed, here, empty]) {
      const seen = await outcome(() => as(scope, (tx) => tx.query({ text })));
      expect([table.name, seen === REFUSED || seen === "23503" ? "refused" : seen]).toEqual([table.name, "refused"]);
    }
  }
});

/** Each with what the program's role may make of it. */
const FUNCTIONS: Readonly<
  Record<
    string,
    | "reads its own setting"
    | "writes the installation's outbox"
    | "makes partitions"
    | "takes from counters of its scope"
  >
> = {
  organization_scope: "reads its own setting",
  project_scope: "reads its own setting",
  put_outbox: "writes the installation's outbox",
  week_partition: "makes partitions",
  reserve: "takes from counters of its scope",
};

test("every function of the schema is known, and none reaches a tenant", async () => {
  const { rows } = await db.admin.query<{ name: string; definer: boolean }>({
    text: `select p.proname as name, p.prosecdef as definer from pg_proc p
      where p.pronamespace = 'steward'::regnamespace and has_function_privilege('steward_app', p.oid, 'execute')`,
  });
  expect(rows.map(({ name }) => name).filter((name) => !(name in FUNCTIONS))).toEqual([]);
  expect(rows.filter(({ definer }) => definer).map(({ name }) => FUNCTIONS[name])).toEqual(["makes partitions"]);
  // What writes in another scope leaves the caller in the one before.
  const seen = await as(here, async (tx) => {
    const put = "select steward.put_outbox(gen_random_uuid(), 'verify', 'a', 'b', now(), now())";
    await tx.query({ text: put });
    return (await tx.query<{ owner: string }>({ text: "select distinct project::text as owner from steward.outbox" }))
      .rows;
  });
  expect(seen).toEqual([{ owner: here.project }]);
  // Another's counter is as one that does not exist.
  const { rows: caps } = await db.admin.query<{ cap: string; organization: string; period: string }>({
    text: "select cap, organization, period_key as period from steward.cap_counters",
  });
  const theirs = caps.find(({ organization }) => organization === other.organization)!;
  const reserved = await as(here, async (tx) => {
    const text = `select reserved from steward.reserve($1, $2, now(), array[gen_random_uuid()], '{step}', array[$3::uuid],
      array[$4], '{0}', '{9000000000}')`;
    const asked = (cap: string) => tx.query({ text, values: [other.organization, here.project, cap, theirs.period] });
    return [await asked(theirs.cap), await asked("00000000-0000-7000-8000-000000000000")].map(({ rows: one }) => one);
  });
  expect(reserved).toEqual([[{ reserved: "exceeded" }], [{ reserved: "exceeded" }]]);
});

test("a scope ends with its transaction, also when that fails", async () => {
  const one = db.pool("steward_app");
  for (const fails of [false, true]) {
    await one
      .transaction(async (tx) => {
        await tx.query({ text: "select set_config('steward.project', $1, true)", values: [here.project] });
        expect((await tx.query({ text: "select from steward.flows" })).count).toBe(1);
        if (fails) throw new Undone();
      })
      .catch(() => undefined);
    const left = await Promise.all(Array.from({ length: 8 }, () => one.query({ text: "select from steward.flows" })));
    expect(left.map(({ count }) => count)).toEqual(Array.from({ length: 8 }, () => 0));
  }
});
