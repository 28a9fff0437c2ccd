import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dumpSchema } from "../../test/dump-schema.ts";
import { stewardDatabase, type StewardDatabase } from "../../test/steward-database.ts";
import { sqlState } from "../core/ports/database.ts";
import { faultsOf } from "../prove/catalog-faults.ts";
import { readCatalog, tableName, type Catalog } from "../store/proof-catalog.ts";
import { inScope, type Scope } from "../store/scope.ts";
import type { Table } from "./declare.ts";
import { TABLES } from "./tables.ts";

const DECLARED: readonly Table[] = Object.values(TABLES);
const TENANT = DECLARED.filter((table) => table.scope !== "installation");
const APPEND_ONLY = new Set(["audit_batches", "audit_heads", "audit_head_chains", "segments"]);
const REFUSED = "42501"; // insufficient_privilege
const here: Scope = { organization: uuid(1), project: uuid(2) };
const other: Scope = { organization: uuid(3), project: uuid(4) };
let db: StewardDatabase;
let catalog: Catalog;

beforeAll(async () => {
  db = await stewardDatabase();
  catalog = await readCatalog(db.admin);
  await db.admin.query({ text: "select steward.week_partition(now() + interval '40 weeks')" });
  for (const table of TENANT) for (const scope of [here, other]) await plant(table, scope);
});
afterAll(() => db.drop());

function uuid(n: number): string {
  return `01900000-0000-7000-8000-${String(n).padStart(12, "0")}`;
}

const allowed = async (act: Promise<unknown>): Promise<string | null> =>
  await act.then(
    () => "allowed",
    (error: unknown) => sqlState(error),
  );

/** A value of each type that any column takes. */
function valueOf(type: string, column: string, scope: Scope): string {
  const own: Readonly<Record<string, string>> = { organization: scope.organization, project: scope.project };
  if (column in own) return `'${own[column]}'::uuid`;
  if (column === "kind") return "(array['webhook', 'bearer', 'cancel'])[1]";
  switch (type) {
    case "uuid":
      return "gen_random_uuid()";
    case "bytea":
      return "convert_to(gen_random_uuid()::text, 'UTF8')";
    case "text":
      return "gen_random_uuid()::text";
    case "text[]":
    case "uuid[]":
      return "'{}'";
    case "jsonb":
      return "'[]'";
    case "boolean":
      return "true";
    case "timestamp with time zone":
      return "now()";
    default:
      return "1";
  }
}

/** A row of the table in the scope, whatever its constraints want: planted by the superuser, without them. */
async function plant(table: Table, scope: Scope): Promise<void> {
  const columns = catalog.columns.filter((column) => column.table === table.name);
  const values = columns.map(({ name, type }) => {
    if (table.name === "organizations" && name === "id") return `'${scope.organization}'::uuid`;
    return valueOf(type, name, scope);
  });
  await db.admin.transaction(async (tx) => {
    const { rows } = await tx.query<{ name: string; text: string }>({
      text: `select conname as name, '' as text from pg_constraint where conrelid = 'steward.${table.name}'::regclass and contype = 'c' and conislocal`,
    });
    for (const { name } of rows) await tx.query({ text: `alter table steward.${table.name} drop constraint ${name}` });
    await tx.query({ text: "set local session_replication_role = replica" }); // no foreign keys
    await tx.query({
      text: `insert into steward.${table.name} (${columns.map((column) => column.name).join(", ")}) values (${values.join(", ")})`,
    });
  });
}

test("what is declared is what is there, and every tenant's rows are kept apart", () => {
  expect(faultsOf(catalog, DECLARED)).toEqual([]);
  expect(catalog.tables.length).toBeGreaterThan(DECLARED.length); // partitions too
});

test("a table without row-level security, a column without a declaration and an open grant are found", async () => {
  const planted = await db.admin
    .transaction(async (tx) => {
      for (const text of [
        "create table steward.planted (project uuid, text text)",
        "alter table steward.runs add column planted text",
        "alter table steward.queue no force row level security",
        "create policy everything on steward.segments to steward_app using (true)",
        "create policy everybody on steward.inbox using (true)",
        "grant select on steward.segments_default to steward_app",
        "grant select (draft) on steward.flows to steward_dispatch",
        "grant create on schema steward to steward_app",
        "grant select on steward.variables to public",
        "grant usage on schema identity to steward_app",
        "grant select (token) on identity.session to steward_app",
        "grant create on schema identity to steward_identity",
      ])
        await tx.query({ text });
      const seen = await readCatalog({ ...db.admin, pipeline: pipelineOf(tx) });
      throw Object.assign(new Error("rolled back"), { seen });
    })
    .catch((error: Error & { seen?: Catalog }) => error.seen);
  expect(planted && faultsOf(planted, DECLARED)).toEqual([
    "table planted is not declared",
    "column runs.planted is not declared",
    "policy everybody of inbox is for public",
    "planted belongs to postgres",
    "planted has no row-level security",
    "the row-level security of planted is not forced",
    "the row-level security of queue is not forced",
    "policy everything of segments lets steward_app beyond its scope",
    "steward_dispatch may read flows.draft",
    "steward_app may read identity.session.token",
    "steward_app may read runs.planted",
    ...["project", "run", "first", "last", "body"].map((name) => `steward_app may read segments_default.${name}`),
    "steward_dispatch may read variables.value",
    "steward_app may create things",
    "steward_identity may create things",
    "everybody may use variables",
  ]);
});

/** Statements one by one inside an open transaction. */
function pipelineOf(tx: Pick<StewardDatabase["admin"], "query">): StewardDatabase["admin"]["pipeline"] {
  return (async (statements: readonly { text: string }[]) => {
    const results: unknown[] = [];
    for (const statement of statements) results.push(await tx.query(statement));
    return results;
  }) as StewardDatabase["admin"]["pipeline"];
}

test("without a scope the program sees nothing of anybody", async () => {
  for (const { name } of TENANT) {
    const { count } = await db.admin.query({ text: `select from steward.${name}` });
    expect([name, count]).toEqual([name, 2]);
    expect([name, (await db.database.query({ text: `select from steward.${name}` })).count]).toEqual([name, 0]);
  }
});

test("inside a scope the program sees, changes and adds that one's rows only", async () => {
  for (const table of TENANT) {
    const { name } = table;
    const column = name === "organizations" ? "id" : table.scope;
    await inScope(db.database, here, async (tx) => {
      const { rows } = await tx.query<{ owner: string }>({
        text: `select ${column}::text as owner from steward.${name}`,
      });
      const own = table.scope === "project" ? here.project : here.organization;
      expect([name, rows]).toEqual([name, [{ owner: own }]]);
    });
    const foreign = table.scope === "project" ? other.project : other.organization;
    const columns = catalog.columns.filter((one) => one.table === name);
    const values = columns.map((one) =>
      one.name === column ? `'${foreign}'::uuid` : valueOf(one.type, one.name, other),
    );
    const insert = `insert into steward.${name} (${columns.map((one) => one.name).join(", ")}) values (${values.join(", ")})`;
    const act = inScope(db.database, here, (tx) => tx.query({ text: insert }));
    expect([name, await allowed(act)]).toEqual([name, REFUSED]);
    if (APPEND_ONLY.has(name)) continue; // never changed: the next test
    const taken = await inScope(db.database, here, (tx) =>
      tx.query({ text: `delete from steward.${name} where ${column} = '${foreign}'` }),
    );
    expect([name, taken.count]).toEqual([name, 0]);
    const moved = inScope(db.database, here, (tx) =>
      tx.query({ text: `update steward.${name} set ${column} = '${foreign}'` }),
    );
    expect([name, await allowed(moved)]).toEqual([name, REFUSED]);
  }
});

test("partitions can't be read past their parents, and audit and records are never changed or taken away (R4)", async () => {
  const partitions = catalog.tables.filter((table) => table.parent !== null);
  expect(partitions.length).toBeGreaterThanOrEqual(4);
  for (const { name } of partitions)
    expect([name, await allowed(db.database.query({ text: `select from steward.${name}` }))]).toEqual([name, REFUSED]);
  for (const text of [
    "update steward.audit_batches set seq = 1",
    "delete from steward.audit_batches",
    "truncate steward.audit_batches",
    "update steward.audit_heads set seq = 1",
    "delete from steward.audit_heads",
    "truncate steward.audit_heads",
    "update steward.audit_head_chains set seq = 1",
    "delete from steward.audit_head_chains",
    "update steward.segments set last = 1",
    "delete from steward.segments",
  ])
    expect([text, await allowed(db.database.query({ text }))]).toEqual([text, REFUSED]);
});

test("the program makes and drops nothing", async () => {
  for (const text of [
    "create table steward.mine (id int)",
    "create table public.mine (id int)",
    "create schema mine",
    "alter table steward.runs disable row level security",
    "drop table steward.inbox",
    "create role mine",
    "set role steward_migrate",
    "set session_replication_role = replica",
  ])
    expect([text, await allowed(db.database.query({ text }))]).toEqual([text, REFUSED]);
});

test("steward_dispatch reads routing across tenants and nothing else", async () => {
  for (const { table, name, readers } of catalog.columns) {
    const declared = DECLARED.find((one) => one.name === table);
    if (!declared) continue;
    const expected = readers.includes("steward_dispatch") ? "allowed" : REFUSED;
    const seen = await allowed(db.dispatch.query({ text: `select "${name}" from ${tableName(table)}` }));
    expect([table, name, seen]).toEqual([table, name, expected]);
    const { holds, sealed } = declared.columns[name]!;
    if (holds === "content" || holds === "personal" || sealed !== null)
      expect([table, name, seen]).toEqual([table, name, REFUSED]);
  }
  expect((await db.dispatch.query({ text: "select run from steward.queue" })).count).toBe(2);
  for (const text of [
    "delete from steward.queue",
    "insert into steward.inbox (project) values (null)",
    "update steward.queue set project = project",
  ])
    expect([text, await allowed(db.dispatch.query({ text }))]).toEqual([text, REFUSED]);
});

test("a new week's partitions are as closed as the others", async () => {
  const later = await readCatalog(db.admin);
  const fresh = later.tables.filter((table) => !catalog.tables.some((one) => one.name === table.name));
  expect(fresh.map((table) => table.parent)).toEqual(["runs", "segments"]);
  expect(faultsOf(later, DECLARED)).toEqual([]);
});

test("schema.sql is what the migrations make", async () => {
  const clean = await stewardDatabase();
  try {
    const committed = readFileSync(path.join(import.meta.dirname, "..", "store", "schema.sql"), "utf8");
    expect(await dumpSchema(clean.admin), "run `node scripts/dump-schema.ts`").toBe(committed);
  } finally {
    await clean.drop();
  }
});
